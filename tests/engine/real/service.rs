//! Podman's service, started by us: the real program, reached through the namespaces of the test engine that it belongs to.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use wharf_engine::{Surroundings, System, find_engine};
use wharf_plan::EngineKind;
use wharf_test_support::engines;
use wharf_test_support::images::BUSYBOX;

/// Ends the service that the test has started, whatever comes of the test.
struct End(String);

impl Drop for End {
    fn drop(&mut self) {
        for process in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
            let line = std::fs::read(process.path().join("cmdline")).unwrap_or_default();
            if String::from_utf8_lossy(&line).contains(&self.0) {
                let _ = Command::new("kill").arg(process.file_name()).status();
            }
        }
    }
}

/// A program that runs the test engine's Podman where that engine runs.
fn write_podman(folder: &Path) {
    let engine = engines::engine(engines::PODMAN);
    let line = std::fs::read(format!("/proc/{}/cmdline", engine.process)).unwrap();
    let words: Vec<String> = String::from_utf8_lossy(&line)
        .split('\0')
        .map(str::to_owned)
        .skip_while(|word| word != "env")
        .collect();
    let settings: Vec<&String> = words.iter().skip(1).take_while(|word| word.contains('=')).collect();
    let settings: String = settings.iter().map(|setting| format!(" '{setting}'")).collect();
    let script =
        format!("#!/bin/sh\nexec nsenter -t {} -m -p -n -- env{settings} podman \"$@\"\n", engine.process);
    let program = folder.join("podman");
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[tokio::test]
async fn podman_without_a_service_gets_one_and_keeps_it() {
    let folder = engines::shared_folder();
    write_podman(folder.path());
    let service = folder.path().join("service");
    let end = End(wharf_engine::podman_service::socket(&service).display().to_string());
    let path = format!("{}:/usr/bin:/bin", folder.path().display());
    let environment = move |name: &str| (name == "PATH").then(|| path.clone());
    let read = |_: &Path| None;
    let list = |_: &Path| Vec::new();
    let surroundings = Surroundings {
        environment: &environment,
        home: None,
        user_id: None,
        // No default place of this system exists here, so nothing else is found.
        system: System::Windows,
        read: &read,
        list: &list,
        service_folder: Some(service),
    };
    for _ in 0..2 {
        let engine = find_engine(&surroundings, None, Duration::from_secs(10)).await.unwrap();
        assert_eq!(engine.facts().kind, EngineKind::Podman);
        assert!(engine.address().to_string().contains("wharf-test-"), "{}", engine.address());
        assert!(engine.inspect_image(BUSYBOX).await.unwrap().is_some());
    }
    drop(end);
}
