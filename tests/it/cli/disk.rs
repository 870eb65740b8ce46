//! A full disk under the compiled program: old files stay, and it says so.

use std::fs;
use std::process::Command;

use crate::cli::shop::{Shop, ran};

/// The program where no file may grow beyond `kib`: what a full disk is, without the rights to make
/// one.
fn confined(shop: &Shop, kib: u64, arguments: &str) -> Command {
    let program = shop.command(&[]);
    let mut command = Command::new("/bin/sh");
    let (blocks, path) = (kib * 2, program.get_program().to_string_lossy().into_owned());
    command
        .args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec '{path}' {arguments}")])
        .current_dir(shop.path(""))
        .env_clear();
    for (name, value) in program.get_envs() {
        value.map(|value| command.env(name, value));
    }
    command
}

#[test]
fn a_full_disk_is_said_and_costs_no_file() {
    let shop = Shop::open();
    for (key, size) in [("small.bin", 3 << 20), ("large.bin", 19 << 20)] {
        shop.store().put("media", key, vec![7; size]);
        shop.write(&format!("down/{key}"), "precious");
        let get = format!("get s3://media/{key} down/{key} --force");
        let full = ran(confined(&shop, 1024, &get), b"").ended(1);
        assert!(full.err.contains("full") || full.err.contains("space"), "{}", full.err);
        assert_eq!(fs::read(shop.path("down").join(key)).unwrap(), b"precious");
    }
    let names: Vec<_> = fs::read_dir(shop.path("down")).unwrap().collect();
    assert_eq!(names.len(), 2, "no part file is left: {names:?}");
}

#[test]
fn a_pipe_that_takes_no_more_is_no_success() {
    let shop = Shop::open();
    shop.store().put("media", "k", vec![7; 1 << 20]);
    let mut command = shop.command(&["get", "s3://media/k", "-"]);
    command.stdout(fs::File::options().write(true).open("/dev/full").unwrap());
    let ended = command.output().unwrap();
    assert_eq!(ended.status.code(), Some(1), "{}", String::from_utf8_lossy(&ended.stderr));
}
