//! The page's files go into the binary as `web/dist/files.rs` lists them, which `scripts/build-page.sh` writes. Where the page
//! was not built, the list is empty.

use std::fs;
use std::path::Path;

fn main() {
    let folder = Path::new("web/dist");
    let (list, marker) = (folder.join("files.rs"), folder.join("made"));
    // The compiler itself follows the list and its files. Cargo asks here again only where the folder is gone.
    println!("cargo::rerun-if-changed={}", marker.display());
    fs::create_dir_all(folder).expect("web/dist can be made");
    if !list.exists() {
        fs::write(&list, "&[]\n").expect("web/dist can be written");
    }
    if !marker.exists() {
        fs::write(&marker, "").expect("web/dist can be written");
    }
}
