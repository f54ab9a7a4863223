//! Podman without a service: Wharf starts one for itself, and uses it again.

use std::fs::File;

use wharf_test_support::command::Home;
use wharf_test_support::engines;

use crate::kit::json;

/// A `podman` on PATH whose service is the test engine's own socket: what is tested is that Wharf starts it, finds it and
/// shares it, not how Podman stores images.
#[test]
fn with_no_engine_running_podman_is_started_once() {
    let engine = engines::engine("podman5");
    let home = Home::new();
    home.write("work/.devcontainer.json", r#"{ "image": "busybox" }"#);
    // The service ends once this is let go of, however the test ends.
    let held = File::create(home.path().join("held")).unwrap();
    held.lock().unwrap();
    let podman = home.write(
        "bin/podman",
        &format!(
            "#!/usr/bin/env python3\n\
             import fcntl, os, socket, sys, threading\n\
             open({log:?}, 'a').write(' '.join(sys.argv[1:]) + '\\n')\n\
             path = [word for word in sys.argv if word.startswith('unix://')][0][7:]\n\
             server = socket.socket(socket.AF_UNIX); server.bind(path); server.listen(64)\n\
             def pump(a, b):\n\
             \x20   try:\n\
             \x20       while True:\n\
             \x20           data = a.recv(65536)\n\
             \x20           if not data: break\n\
             \x20           b.sendall(data)\n\
             \x20       b.shutdown(socket.SHUT_WR)\n\
             \x20   except OSError: pass\n\
             def leave():\n\
             \x20   try: fcntl.flock(open({held:?}), fcntl.LOCK_SH)\n\
             \x20   finally: os._exit(0)\n\
             threading.Thread(target=leave, daemon=True).start()\n\
             while True:\n\
             \x20   client, _ = server.accept()\n\
             \x20   engine = socket.socket(socket.AF_UNIX); engine.connect({socket:?})\n\
             \x20   for pair in ((client, engine), (engine, client)):\n\
             \x20       threading.Thread(target=pump, args=pair, daemon=True).start()\n",
            log = home.path().join("started"),
            held = home.path().join("held"),
            socket = engine.socket.display().to_string(),
        ),
    );
    std::fs::set_permissions(&podman, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", podman.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let folder = home.path().join("work");
    let run = |verb: &str, extra: &[&str]| {
        home.run(env!("CARGO_BIN_EXE_wharf"))
            .variable("PATH", &path)
            .variable("DOCKER_HOST", "")
            .arguments([verb, "--workspace-folder", folder.to_str().unwrap()])
            .arguments(extra.iter().copied())
            .end()
    };
    let first = run("up", &[]);
    assert_eq!(first.code, Some(0), "{first}");
    let second = run("up", &[]);
    assert_eq!(json(&second)["containerId"], json(&first)["containerId"], "{second}");
    let started = std::fs::read_to_string(home.path().join("started")).unwrap();
    let services = started.lines().filter(|line| line.contains("system service")).count();
    assert_eq!(services, 1, "{started}");
    let down = run("down", &[]);
    assert_eq!(down.code, Some(0), "{down}");
}
