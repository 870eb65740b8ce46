//! Memory of the compiled program: it does not grow with the size of an object or the number of
//! objects.

use std::fs;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use windlass::demo::store::content::Content;
use windlass::demo::store::object::Stored;

use crate::cli::shop::Shop;

/// The most memory the program had at once, in KiB.
fn peak(shop: &Shop, arguments: &[&str]) -> u64 {
    peak_reading(shop, arguments, Stdio::null())
}

fn peak_reading(shop: &Shop, arguments: &[&str], input: Stdio) -> u64 {
    let mut command = shop.command(arguments);
    command.stdin(input).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let (status, mut most) = (format!("/proc/{}/status", child.id()), 0);
    loop {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        most = most.max(kib.unwrap_or(0));
        if let Some(ended) = child.try_wait().unwrap() {
            assert!(ended.success(), "{arguments:?}");
            return most;
        }
        sleep(Duration::from_millis(3));
    }
}

/// `WINDLASS_MEMORY_MIB` makes the large one larger.
#[test]
fn memory_does_not_grow_with_size_or_number() {
    let shop = Shop::open();
    let asked = std::env::var("WINDLASS_MEMORY_MIB").ok().and_then(|text| text.parse().ok());
    let large: u64 = asked.unwrap_or(192);
    let object = |mib: u64| {
        let content = Content::generated(mib, mib << 20);
        Stored {
            content,
            etag: format!("0123456789abcdef0123456789abcdef-{mib}"),
            ..Stored::default()
        }
    };
    shop.store().put_object("media", "some", object(64));
    shop.store().put_object("media", "large", object(large));
    for number in 0..3000 {
        shop.store().put("many", &format!("all/{number}"), "x");
        if number < 300 {
            shop.store().put("many", &format!("few/{number}"), "x");
        }
    }
    let some = peak(&shop, &["get", "s3://media/some", "some"]);
    let much = peak(&shop, &["get", "s3://media/large", "large"]);
    let few = peak(&shop, &["get", "s3://many/few/", "few"]);
    let many = peak(&shop, &["get", "s3://many/all/", "all"]);
    fs::File::create(shop.path("sparse")).unwrap().set_len(96 << 20).unwrap();
    let sent = peak(&shop, &["put", "sparse", "s3://media/sent"]);
    println!(
        "peak: 64 MiB {} MiB, {large} MiB {} MiB; 300 objects {} MiB, 3,000 {} MiB; 96 MiB up {} \
         MiB",
        some >> 10,
        much >> 10,
        few >> 10,
        many >> 10,
        sent >> 10,
    );
    for (name, small, large) in [("size", some, much), ("number", few, many)] {
        assert!(large < small + (16 << 10), "{name}: {small} KiB and {large} KiB");
    }
    assert!([some, much, few, many, sent].iter().all(|peak| *peak < 192 << 10));
}

#[test]
fn a_pipe_takes_no_more_memory_than_a_few_parts() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    let content = Content::generated(7, 160 << 20);
    shop.store().put_object(
        "media",
        "long",
        Stored { content, etag: "opaque".to_owned(), ..Stored::default() },
    );
    shop.store().put("media", "short", "short");
    // The program itself, which a debug build makes large.
    let itself = peak(&shop, &["get", "s3://media/short", "-"]);
    let down = peak(&shop, &["get", "s3://media/long", "-"]) - itself;
    fs::File::create(shop.path("sparse")).unwrap().set_len(200 << 20).unwrap();
    let input = fs::File::open(shop.path("sparse")).unwrap();
    let up = peak_reading(&shop, &["put", "-", "s3://media/sent"], input.into()) - itself;
    println!("peak: 160 MiB to stdout {} MiB, 200 MiB from stdin {} MiB", down >> 10, up >> 10);
    assert!(down < 64 << 10 && up < 112 << 10, "{down} KiB and {up} KiB beside {itself} KiB");
}
