//! Becoming a user: one thread at a time.
//!
//! The kernel keeps credentials per thread. The thread of a request takes on the user's, and with them the files it makes, the pipes
//! and terminals it opens and the processes it starts are the user's, while the thread that ends everything stays root.

use rustix::process::{Gid, Uid, getegid, geteuid, getgroups};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};
use wharf_agent::message::Refusal;

use super::account::Account;

/// Makes the calling thread, and every thread and process it starts from now on, the user's. There is no way back.
pub(crate) fn become_user(account: &Account) -> Result<(), Refusal> {
    take(account).map_err(|reason| Refusal::Identity { user: account.name.clone(), reason })
}

fn take(account: &Account) -> Result<(), String> {
    let same_user = geteuid().as_raw() == account.uid;
    if !geteuid().is_root() {
        let own = geteuid().as_raw();
        return if same_user {
            Ok(())
        } else {
            Err(format!("the agent runs as user {own}, which cannot become {}", account.uid))
        };
    }
    let describe = |what: &str, error: rustix::io::Errno| format!("{what}: {error}");
    // Nothing is asked of the kernel that is so already: without capabilities it would refuse even that.
    if !same_groups(account) {
        let groups: Vec<Gid> = account.groups.iter().map(|&gid| Gid::from_raw(gid)).collect();
        set_thread_groups(&groups).map_err(|error| describe("setgroups", error))?;
    }
    if getegid().as_raw() != account.gid {
        let gid = Gid::from_raw(account.gid);
        set_thread_res_gid(gid, gid, gid)
            .map_err(|error| describe(&format!("setgid {}", account.gid), error))?;
    }
    if !same_user {
        let uid = Uid::from_raw(account.uid);
        set_thread_res_uid(uid, uid, uid)
            .map_err(|error| describe(&format!("setuid {}", account.uid), error))?;
    }
    Ok(())
}

fn same_groups(account: &Account) -> bool {
    let sorted = |mut groups: Vec<u32>| {
        groups.retain(|&gid| gid != account.gid);
        groups.sort_unstable();
        groups.dedup();
        groups
    };
    getgroups()
        .is_ok_and(|now| sorted(now.into_iter().map(Gid::as_raw).collect()) == sorted(account.groups.clone()))
}
