//! What differs between operating systems: shells, process groups, user ids.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) use unix::{
    disk, end_process_group, is_executable, is_mine, make_executable, make_private, make_public, opener,
    own_process_group, shell, user_ids, was_interrupted,
};
#[cfg(windows)]
pub(crate) use windows::{
    disk, end_process_group, is_executable, is_mine, make_executable, make_private, make_public, opener,
    own_process_group, shell, user_ids, was_interrupted,
};
