//! Pipes, devices and links on the command line: read and written as what they are, never replaced.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, symlink};
use std::process::{Command, Stdio};

use crate::cli::shop::{Ran, Shop, ran};

/// The program's command in a shell, which has its own ways to make pipes.
fn in_bash(shop: &Shop, script: &str) -> Ran {
    let program = shop.command(&[]);
    let mut shell = Command::new("/bin/bash");
    shell.args(["-c", script]).env_clear().envs(
        program.get_envs().filter_map(|(key, value)| Some((key.to_owned(), value?.to_owned()))),
    );
    shell.env("W", program.get_program()).current_dir(shop.path(""));
    ran(shell, b"through stdin")
}

fn pipe(shop: &Shop, name: &str) -> std::path::PathBuf {
    let path = shop.path(name);
    let made = Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    path
}

#[test]
fn what_a_shell_makes_of_a_command_is_read_as_stdin_is() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    in_bash(&shop, "$W put <(printf from-a-command) s3://media/a").ended(0);
    assert_eq!(shop.store().bytes("media", "a").unwrap(), "from-a-command");
    for path in ["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"] {
        let script = format!("$W put --force {path} s3://media/b");
        in_bash(&shop, &script).ended(0);
        assert_eq!(shop.store().bytes("media", "b").unwrap(), "through stdin", "{path}");
    }
    fs::write(shop.path("f"), "0123456789").unwrap();
    // As - does: from where stdin is.
    in_bash(&shop, "exec < f; read -n 4; $W put /dev/stdin s3://media/c").ended(0);
    assert_eq!(shop.store().bytes("media", "c").unwrap(), "456789");
    let nameless = in_bash(&shop, "$W put <(echo x) s3://media/dir/").ended(2);
    assert!(nameless.err.contains("whole key"), "{}", nameless.err);
    let to = in_bash(
        &shop,
        "$W get s3://media/a >(cat > new; mv new copied); \
        for _ in {1..400}; do [ -e copied ] && break; sleep 0.05; done; cat copied",
    );
    assert_eq!(to.ended(0).out, "from-a-command");
}

#[test]
fn a_named_pipe_is_read_to_its_end_and_keeps_its_name() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    let path = pipe(&shop, "p.txt");
    let writer = std::thread::spawn(move || fs::write(path, "through a pipe").unwrap());
    shop.run(&["put", "p.txt", "s3://media/dir/"]).ended(0);
    writer.join().unwrap();
    assert_eq!(shop.store().bytes("media", "dir/p.txt").unwrap(), "through a pipe");
}

#[test]
fn a_device_is_refused_in_words() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    let refused = shop.run(&["put", "/dev/zero", "s3://media/zero"]).ended(1);
    assert!(refused.err.contains("it is a device"), "{}", refused.err);
    assert!(shop.store().keys("media").is_empty());
}

#[test]
fn what_is_no_file_is_written_into() {
    let shop = Shop::open();
    shop.store().put("media", "k", "content");
    let got = shop.run(&["get", "s3://media/k", "/dev/stdout"]).ended(0);
    assert_eq!(got.out, "content");
    shop.run(&["get", "s3://media/k", "/dev/null"]).ended(0);
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    let path = pipe(&shop, "pipe");
    let reading = path.clone();
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        File::open(reading).unwrap().read_to_string(&mut text).unwrap();
        text
    });
    let json = shop.run(&["get", "--json", "--force", "s3://media/k", "pipe"]).ended(0).json();
    assert_eq!((&json[0]["bytes"], &json[0]["verified"]), (&7.into(), &"md5".into()));
    assert_eq!(reader.join().unwrap(), "content");
    assert!(fs::symlink_metadata(&path).unwrap().file_type().is_fifo());
    // Into the file that stdout is, which is not replaced.
    let into = in_bash(&shop, "echo before > out; $W get s3://media/k /dev/stdout >> out; cat out");
    assert_eq!(into.ended(0).out, "before\ncontent");
}

#[test]
fn a_full_device_is_said() {
    let shop = Shop::open();
    shop.store().put("media", "k", "content");
    let full = shop.run(&["get", "s3://media/k", "/dev/full"]).ended(1);
    assert!(full.err.contains("/dev/full") && full.err.contains("disk is full"), "{}", full.err);
}

#[test]
fn a_link_that_is_named_stays_and_its_file_is_replaced_only_when_forced() {
    let shop = Shop::open();
    shop.store().put("media", "k", "content");
    shop.write("far/file", "old");
    symlink(shop.path("far/file"), shop.path("link")).unwrap();
    let refused = shop.run(&["get", "s3://media/k", "link"]).ended(1);
    assert!(refused.err.contains("exists"), "{}", refused.err);
    shop.run(&["get", "--skip-existing", "s3://media/k", "link"]).ended(0);
    assert_eq!(fs::read(shop.path("far/file")).unwrap(), b"old");
    shop.run(&["get", "--force", "s3://media/k", "link"]).ended(0);
    assert_eq!(fs::read(shop.path("far/file")).unwrap(), b"content");
    assert!(fs::symlink_metadata(shop.path("link")).unwrap().is_symlink());
    shop.run(&["get", "--keep-both", "s3://media/k", "link"]).ended(0);
    assert_eq!(fs::read(shop.path("link (1)")).unwrap(), b"content");
}

#[test]
fn what_force_cannot_help_does_not_recommend_it() {
    let shop = Shop::open();
    shop.store().put("media", "dir/k", "content");
    fs::create_dir_all(shop.path("down/k")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(shop.path("socket")).unwrap();
    symlink("nothing", shop.path("dangling")).unwrap();
    for (to, kind) in [("down", "a folder"), ("socket", "a socket"), ("dangling", "the link")] {
        for flag in ["--force", "--skip-existing", "--if-newer", "--if-different", "--json"] {
            let refused = shop.run(&["get", flag, "s3://media/dir/k", to]).ended(1);
            assert!(refused.err.contains(kind), "{flag} {to}: {}", refused.err);
            assert!(!refused.err.contains("--force"), "{flag} {to}: {}", refused.err);
        }
    }
    fs::create_dir(shop.path("below")).unwrap();
    pipe(&shop, "below/k");
    let refused = shop.run(&["get", "--force", "s3://media/dir/", "below"]).ended(1);
    assert!(refused.err.contains("a named pipe has this name"), "{}", refused.err);
    assert!(fs::symlink_metadata(shop.path("below/k")).unwrap().file_type().is_fifo());
}

#[test]
fn a_pipe_that_nobody_writes_into_is_left_when_the_user_says_so() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    pipe(&shop, "pipe");
    let mut command = shop.command(&["put", "pipe", "s3://media/k"]);
    let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(child.try_wait().unwrap().is_none(), "it waits");
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
}
