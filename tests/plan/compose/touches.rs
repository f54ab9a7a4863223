//! What services and the project around them may do to the host.

use serde_json::{Value, json};
use wharf_plan::{Fact, consent};

use super::{known, wanted};
use crate::support::FOLDER;

/// What a person is asked about, shortly.
fn asked(services: &Value, more: &Value) -> Vec<String> {
    let mut observed = known(services, &json!({}));
    if let Fact::Known(Some(facts)) = &mut observed.compose {
        facts.project.raw.extend(more.as_object().unwrap().clone());
    }
    observed.places = [FOLDER, "/home/me/project/data"].map(|path| (path.to_owned(), path.to_owned())).into();
    let wanted = wanted(&json!({}));
    let merged = wharf_spec::merge(&wanted.configuration, &[]);
    let touches = consent::touches(&wanted, &merged, &observed);
    touches.iter().map(|touch| format!("{:?} {} ({})", touch.kind, touch.what, touch.property)).collect()
}

#[test]
fn a_project_touches_what_its_services_touch() {
    let nothing = json!({});
    let app = |more: Value| json!({ "app": { "image": "x" }, "other": more });
    let cases = [
        (
            app(
                json!({"image": "y", "command": "z", "environment": {"A": "b"}, "volumes": [{"type": "bind", "source": "/home/me/project/data", "target": "/d"}, "named:/n", {"type": "volume", "source": "v", "target": "/v"}], "x-own": 1}),
            ),
            vec![],
        ),
        (app(json!({"privileged": true})), vec!["Privileged privileged (services.other.privileged)"]),
        (
            app(
                json!({"volumes": [{"type": "bind", "source": "/var/run/docker.sock", "target": "/s"}, "/etc:/etc:ro"]}),
            ),
            vec![
                "EngineSocket /var/run/docker.sock at /s (services.other.volumes)",
                "HostFolder /etc at /etc (read-only) (services.other.volumes)",
            ],
        ),
        (
            app(json!({"network_mode": "host", "pid": "host", "ipc": "service:app"})),
            vec![
                "HostNamespace network host (services.other.network_mode)",
                "HostNamespace pid host (services.other.pid)",
            ],
        ),
        (
            app(json!({"cap_add": ["SYS_ADMIN", "CHOWN"], "security_opt": ["seccomp=unconfined"]})),
            vec![
                "Capability SYS_ADMIN (services.other.cap_add)",
                "Unconfined seccomp=unconfined (services.other.security_opt)",
            ],
        ),
        (
            app(
                json!({"ports": [{"target": 80, "published": "8080", "protocol": "tcp"}, {"target": 81, "published": "81", "host_ip": "127.0.0.1"}, "127.0.0.1:5:5"]}),
            ),
            vec!["Port 8080:80/tcp (services.other.ports)"],
        ),
        (
            app(json!({"devices": ["/dev/kvm:/dev/kvm"], "gpus": "all"})),
            vec![
                "Device /dev/kvm:/dev/kvm (services.other.devices)",
                "Device devices of the engine's machine for the service other (services.other.gpus)",
            ],
        ),
        (
            app(json!({"env_file": [{"path": "/home/me/.secrets"}, "../.env", "../../.env"]})),
            vec![
                "Secret /home/me/.secrets (services.other.env_file)",
                "Secret /home/me/.env (services.other.env_file)",
            ],
        ),
        (
            app(json!({"build": {"context": "/home/me/elsewhere", "network": "host", "ssh": ["default"]}})),
            vec![
                "HostFolder /home/me/elsewhere (services.other.build)",
                "HostNamespace --network=host (services.other.build[0])",
                "Secret --ssh=default (services.other.build[1])",
            ],
        ),
        (
            app(
                json!({"build": {"context": ".", "cache_to": ["type=local,dest=/var/cache", "type=inline"], "no_cache_filter": ["x"], "entitlements": ["network.host"], "privileged": true}}),
            ),
            vec![
                "HostFolder /var/cache (services.other.build[0])",
                "Privileged --allow=network.host (services.other.build[3])",
                "Privileged --allow=security.insecure (services.other.build[4])",
            ],
        ),
        (
            app(json!({"build": {"context": ".", "dockerfile": "/home/me/.netrc"}})),
            vec!["HostFolder /home/me/.netrc (services.other.build)"],
        ),
        (
            app(json!({"build": {"context": "https://example.com/x.git", "dockerfile": "/home/me/.netrc"}})),
            vec![],
        ),
        (
            app(json!({"post_start": [{"command": "x"}, {"command": "y", "privileged": true}]})),
            vec!["Privileged privileged (services.other.post_start)"],
        ),
        (
            app(json!({"pre_stop": [{"command": "y", "privileged": "1"}]})),
            vec!["Privileged privileged (services.other.pre_stop)"],
        ),
        (app(json!({"post_start": [{"command": "x", "privileged": false}], "pre_stop": []})), vec![]),
        (
            app(
                json!({"ports": [{"target": 80, "published": "8080", "host_ip": "localhost"}, "localhost:81:81", {"published": "1"}]}),
            ),
            vec![
                "Port localhost:8080:80/tcp (services.other.ports)",
                "Port localhost:81:81 (services.other.ports)",
                "RawOption ports of the service other (services.other.ports)",
            ],
        ),
        (app(json!({"labels": {"com.example.team": "x", "devcontainer.metadata": "[]"}})), vec![]),
        (
            app(json!({"labels": {"com.docker.compose.project": "x"}, "label_file": "./l"})),
            vec![
                "RawOption labels of the service other (services.other.labels)",
                "RawOption label_file of the service other (services.other.label_file)",
            ],
        ),
        (
            app(json!({"labels": ["a=b", "devcontainer.local_folder=/home/me/trusted"]})),
            vec!["RawOption labels of the service other (services.other.labels)"],
        ),
        (
            app(json!({"build": {"context": ".", "labels": {"a": "b", "vsch.local.folder": "/x"}}})),
            vec!["RawOption --label=vsch.local.folder=/x (services.other.build[1])"],
        ),
        // What nobody here can read is not taken for nothing.
        (
            app(
                json!({"devices": [{"path": "/dev/kvm"}], "cap_add": [{"name": "ALL"}], "env_file": [{"file": "/x"}]}),
            ),
            vec![
                "RawOption devices of the service other (services.other.devices)",
                "RawOption cap_add of the service other (services.other.cap_add)",
                "RawOption env_file of the service other (services.other.env_file)",
            ],
        ),
        (app(json!({"privileged": "1"})), vec!["Privileged privileged (services.other.privileged)"]),
        (app(json!({"privileged": "false", "oom_kill_disable": "0"})), vec![]),
        (
            app(json!({"x-podman.rootfs": "/", "x-mine": "/", "x-podman": {"uidmaps": ["0:0:1"]}})),
            vec![
                "RawOption x-podman.rootfs of the service other (services.other.x-podman.rootfs)",
                "RawOption x-podman of the service other (services.other.x-podman)",
            ],
        ),
        (
            app(json!({"build": {"context": ".", "cache_to": ["type=registry,ref=x/y", "type=inline"]}})),
            vec!["Secret type=registry,ref=x/y (services.other.build[0])"],
        ),
        (
            app(
                json!({"annotations": {"a": "b"}, "logging": {"driver": "json-file", "options": {"max-size": "1m"}}}),
            ),
            vec![],
        ),
        (app(json!({"logging": {"options": {"max-size": "1m"}}})), vec![]),
        (
            app(json!({"annotations": ["run.oci.keep_original_groups=1"]})),
            vec!["RawOption annotations of the service other (services.other.annotations)"],
        ),
        (
            app(json!({"logging": {"driver": "syslog"}})),
            vec!["RawOption logging of the service other (services.other.logging)"],
        ),
        (
            app(json!({"logging": {"driver": "json-file", "options": {"path": "/home/me/.bashrc"}}})),
            vec!["RawOption logging of the service other (services.other.logging)"],
        ),
        (
            app(json!({"provider": {"type": "x"}})),
            vec!["RawOption provider of the service other (services.other.provider)"],
        ),
        // What does not start touches nothing.
        (app(json!({"privileged": true, "profiles": ["x"]})), vec![]),
    ];
    for (services, expected) in cases {
        assert_eq!(asked(&services, &nothing), expected, "{services}");
    }
    let more = json!({"volumes": {"v": {"driver_opts": {"device": "/"}}, "plain": {}}, "secrets": {"s": {"file": "/etc/shadow"}, "e": {"environment": "TOKEN"}}});
    assert_eq!(
        asked(&json!({"app": {"image": "x"}}), &more),
        ["RawOption the volume v (volumes.v)", "Secret /etc/shadow (secrets.s)", "Secret TOKEN (secrets.e)"]
    );
    let grouped = json!({"x-podman": {"in_pod": false}});
    assert!(asked(&json!({"app": {"image": "x"}}), &grouped).is_empty());
    let extended = json!({"x-podman": {"pod_args": ["--share=pid"]}, "x-mine": {"a": "b"}});
    assert_eq!(asked(&json!({"app": {"image": "x"}}), &extended), ["RawOption x-podman (x-podman)"]);
    let usual = json!({
        "default": null,
        "a": {"driver": "bridge", "ipam": {"config": [{"subnet": "10.1.0.0/24"}]}, "internal": true},
        "b": {"name": "others", "external": true},
        "c": {"driver_opts": {"com.docker.network.driver.mtu": 1400, "com.docker.network.bridge.host_binding_ipv4": "127.0.0.1"}},
    });
    assert!(asked(&json!({"app": {"image": "x"}}), &json!({ "networks": usual })).is_empty());
    for (network, expected) in [
        (
            json!({"driver": "macvlan", "driver_opts": {"parent": "eth0"}}),
            "RawOption the network n (networks.n)",
        ),
        (json!({"driver": "ipvlan"}), "RawOption the network n (networks.n)"),
        (json!({"driver": "host"}), "RawOption the network n (networks.n)"),
        (
            json!({"driver_opts": {"com.docker.network.bridge.gateway_mode_ipv4": "nat-unprotected"}}),
            "RawOption the network n (networks.n)",
        ),
        (
            json!({"driver_opts": {"com.docker.network.bridge.host_binding_ipv4": "0.0.0.0"}}),
            "RawOption the network n (networks.n)",
        ),
        (json!({"name": "host", "external": true}), "HostNamespace network host (networks.n)"),
        (json!({"external": {"name": "host"}}), "HostNamespace network host (networks.n)"),
    ] {
        let found = asked(&json!({"app": {"image": "x"}}), &json!({"networks": {"n": network}}));
        assert_eq!(found, [expected], "{network}");
    }
}
