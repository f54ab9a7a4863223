//! Hands Tauri what it generates from `tauri.conf.json`, and says what is missing before it does.

fn main() {
    if !std::path::Path::new("../ui/dist/index.html").is_file() {
        println!("cargo::error=the window's pages are not built yet: run `cargo xtask ui`");
        return;
    }
    tauri_build::build();
}
