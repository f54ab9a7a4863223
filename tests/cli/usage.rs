//! Wrong usage, spellings of the reference, and flags that are answered by name.

use wharf_test_support::command::Home;

use crate::{check, exchange, wharf};

#[test]
fn an_unknown_command() {
    check!(wharf(&Home::new(), "upp"), @r"
    $ wharf upp
    exit code: 2
    --- stdout

    --- stderr
    error: unrecognized subcommand 'upp'

      tip: a similar subcommand exists: 'up'

    Usage: wharf [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
}

#[test]
fn an_unknown_flag() {
    check!(wharf(&Home::new(), "up --workspace-fodler ."), @r"
    $ wharf up --workspace-fodler .
    exit code: 2
    --- stdout

    --- stderr
    error: unexpected argument '--workspace-fodler' found

      tip: a similar argument exists: '--workspace-folder'

    Usage: wharf up --workspace-folder <FOLDER> [FOLDER|NAME|URL]

    For more information, try '--help'.
    ");
}

/// The reference exits with 1 where Wharf exits with 2; scripts written for it may look.
#[test]
fn under_the_references_name() {
    check!(exchange(&Home::new(), "up --nonsense").called("devcontainer").end(), @r"
    $ devcontainer up --nonsense
    exit code: 1
    --- stdout

    --- stderr
    error: unexpected argument '--nonsense' found

      tip: to pass '--nonsense' as a value, use '-- --nonsense'

    Usage: devcontainer up [OPTIONS] [FOLDER|NAME]

    For more information, try '--help'.
    ");
    let answer = exchange(&Home::new(), "").called("devcontainer").end();
    assert_eq!((answer.code, answer.stdout_text().as_str()), (Some(1), ""));
    assert!(answer.stderr_text().contains("Usage: devcontainer [OPTIONS] <COMMAND>"), "{answer}");
}

#[test]
fn texts_that_must_have_a_form() {
    check!(wharf(&Home::new(), "up --id-label x"), @r"
    $ wharf up --id-label x
    exit code: 2
    --- stdout

    --- stderr
    error: invalid value 'x' for '--id-label <NAME=VALUE>': Unmatched argument format: id-label must match <name>=<value>

    For more information, try '--help'.
    ");
    check!(wharf(&Home::new(), "up --remote-env x"), @r"
    $ wharf up --remote-env x
    exit code: 2
    --- stdout

    --- stderr
    error: invalid value 'x' for '--remote-env <NAME=VALUE>': Unmatched argument format: remote-env must match <name>=<value>

    For more information, try '--help'.
    ");
    check!(wharf(&Home::new(), "up --mount type=tmpfs,target=/x"), @r"
    $ wharf up --mount type=tmpfs,target=/x
    exit code: 2
    --- stdout

    --- stderr
    error: invalid value 'type=tmpfs,target=/x' for '--mount <MOUNT>': Unmatched argument format: mount must match type=<bind|volume>,source=<source>,target=<target>[,external=<true|false>]

    For more information, try '--help'.
    ");
    check!(wharf(&Home::new(), "up --log-level loud"), @r"
    $ wharf up --log-level loud
    exit code: 2
    --- stdout

    --- stderr
    error: invalid value 'loud' for '--log-level <info|debug|trace>'
      [possible values: info, debug, trace]

    For more information, try '--help'.
    ");
}

#[test]
fn flags_that_need_each_other() {
    check!(wharf(&Home::new(), "exec --terminal-columns 80 true"), @r"
    $ wharf exec --terminal-columns 80 true
    exit code: 2
    --- stdout

    --- stderr
    error: the following required arguments were not provided:
      --terminal-rows <NUMBER>

    Usage: wharf exec --terminal-columns <NUMBER> --terminal-rows <NUMBER> <COMMAND>...

    For more information, try '--help'.
    ");
    check!(wharf(&Home::new(), "up --no-lockfile --frozen-lockfile"), @r"
    $ wharf up --no-lockfile --frozen-lockfile
    exit code: 2
    --- stdout

    --- stderr
    error: the argument '--no-lockfile' cannot be used with '--frozen-lockfile'

    Usage: wharf up --no-lockfile [FOLDER|NAME|URL]

    For more information, try '--help'.
    ");
    check!(wharf(&Home::new(), "up . --workspace-folder ."), @r"
    $ wharf up . --workspace-folder .
    exit code: 2
    --- stdout

    --- stderr
    error: the argument '[FOLDER|NAME|URL]' cannot be used with '--workspace-folder <FOLDER>'

    Usage: wharf up <FOLDER|NAME|URL>

    For more information, try '--help'.
    ");
    check!(wharf(&Home::new(), "trust revoke"), @r"
    $ wharf trust revoke
    exit code: 2
    --- stdout

    --- stderr
    error: the following required arguments were not provided:
      <FOLDER|NAME>

    Usage: wharf trust revoke <FOLDER|NAME>

    For more information, try '--help'.
    ");
}

#[test]
fn exec_needs_a_command() {
    check!(wharf(&Home::new(), "exec --workspace-folder ."), @r"
    $ wharf exec --workspace-folder .
    exit code: 2
    --- stdout

    --- stderr
    error: the following required arguments were not provided:
      <COMMAND>...

    Usage: wharf exec --workspace-folder <FOLDER> <COMMAND>...

    For more information, try '--help'.
    ");
}

/// Values without the form that they must have are refused with their flag's name.
#[test]
fn values_that_have_no_form() {
    for (line, flag) in [
        ("up --additional-features go", "--additional-features"),
        ("build --additional-features []", "--additional-features"),
        ("read-configuration --additional-features 5", "--additional-features"),
        ("up --allow-cross-origin-auth-host ghcr.io", "--allow-cross-origin-auth-host"),
        ("exec --allow-cross-origin-auth-host a=https://b true", "--allow-cross-origin-auth-host"),
        ("up --no-lockfile --experimental-frozen-lockfile", "--experimental-frozen-lockfile"),
    ] {
        let answer = exchange(&Home::new(), line).end();
        assert_eq!((answer.code, answer.stdout.len()), (Some(2), 0), "{line}");
        assert!(answer.stderr_text().contains(flag), "{line}: {}", answer.stderr_text());
    }
}
