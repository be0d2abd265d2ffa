//! A new case is a new file, which the macro that embeds them does not see.

fn main() {
    println!("cargo::rerun-if-changed=cases");
    println!("cargo::rerun-if-changed=engines");
}
