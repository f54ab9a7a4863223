//! Starts that open no window: they need no display, no bus and no GTK.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use wharf_test_support::command::Home;

const PROGRAM: &str = env!("CARGO_BIN_EXE_wharf-desktop");

#[test]
fn what_opens_no_window_needs_no_display() {
    let version = format!("wharf-desktop {}\n", env!("CARGO_PKG_VERSION"));
    let cases: [(&[&str], i32, &str, &str); 4] = [
        (&["--version"], 0, &version, ""),
        (&["--help"], 0, "wharf-desktop --headless", ""),
        (&["--nonsense"], 2, "", "unexpected argument --nonsense"),
        // The command line's own answer: it was handed over whole.
        (&["--headless", "no-such-folder"], 1, "", "no-such-folder"),
    ];
    for (arguments, code, stdout, stderr) in cases {
        let home = Home::new();
        let answer = home.run(PROGRAM).arguments(arguments.iter().copied()).end();
        assert_eq!(answer.code, Some(code), "{answer}");
        assert!(answer.stdout_text().contains(stdout), "{answer}");
        assert!(answer.stderr_text().contains(stderr), "{answer}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_window_without_a_display_says_what_to_do_instead() {
    let home = Home::new();
    let answer = home.run(PROGRAM).end();
    assert_eq!(answer.code, Some(1), "{answer}");
    assert!(answer.stderr_text().contains("--headless"), "{answer}");
}
