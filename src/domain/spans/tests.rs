//! Tests of spans against servers of many kinds: the same rows in the same order as by one cursor.

use super::*;
use crate::domain::error::ErrorKind;
use crate::domain::listing::Class;

/// What a server makes of a request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Server {
    Honest,
    /// It lists from the start, whatever it is to begin behind.
    Deaf,
    /// It compares the name with names written in another way.
    Confused,
}

struct Run {
    names: Vec<String>,
    requests: usize,
    /// Times that all who were asked have answered.
    rounds: usize,
}

const PAGE: usize = 50;

fn listed(keys: &[String], server: Server, how: &SpanStep) -> ListedPage {
    let behind = |name: &str| match server {
        Server::Honest => keys.partition_point(|key| key.as_str() <= name),
        Server::Deaf => 0,
        Server::Confused => keys.partition_point(|key| key.replace('5', "0").as_str() <= name),
    };
    let start = match how {
        SpanStep::Go(None) => 0,
        SpanStep::Go(Some(token)) => token.0.parse().unwrap(),
        SpanStep::Begin(name) => behind(name),
    };
    let end = (start + PAGE).min(keys.len());
    let mut page = Page::default();
    for key in &keys[start..end] {
        page.push_object(key, 1, None, Class::Standard);
    }
    let next = (end < keys.len()).then(|| ContinuationToken(end.to_string()));
    ListedPage { page: Arc::new(page), next }
}

/// Takes so many pages, and tells the names of the rest where another listing goes on.
fn rest(keys: &[String], server: Server, pages: usize) -> (Vec<String>, Vec<String>) {
    let (mut spans, mut names, mut taken) = (Spans::default(), Vec::new(), 0);
    while taken < pages && !spans.is_over() {
        if let Some(page) = spans.take() {
            names.extend(page.unwrap().rows().map(|row| row.name.to_owned()));
            taken += 1;
            continue;
        }
        let asked: Vec<_> = std::iter::from_fn(|| spans.ask()).collect();
        for ask in asked {
            let page = listed(keys, server, &ask.how);
            spans.answer(ask, Ok(page));
        }
    }
    if spans.is_over() {
        return (names, Vec::new());
    }
    let last = names.last().cloned().unwrap_or_default();
    // What a server is asked by name is here the place of the name.
    let named = || keys.partition_point(|key| *key <= last).to_string();
    let token = spans.behind().cloned().unwrap_or_else(|| ContinuationToken(named()));
    let rest = run_by(Spans::going_on(token, &last), keys, server);
    (names, rest.names)
}

#[test]
fn a_listing_goes_on_where_another_was_left() {
    for server in [Server::Honest, Server::Deaf] {
        for (what, keys) in distributions() {
            let keys = sorted(keys);
            for pages in [1, 3, 50, 217, 599, 1000] {
                let (names, rest) = rest(&keys, server, pages);
                assert!([names, rest].concat() == keys, "{what}, {pages} pages");
            }
        }
    }
}

fn run(keys: &[String], server: Server) -> Run {
    run_by(Spans::default(), keys, server)
}

/// Asks all that is wanted, then answers all of it, the last asked first in every other round.
fn run_by(mut spans: Spans, keys: &[String], server: Server) -> Run {
    let (mut names, mut requests, mut rounds) = (Vec::new(), 0, 0);
    loop {
        while let Some(page) = spans.take() {
            names.extend(page.unwrap().rows().map(|row| row.name.to_owned()));
        }
        if spans.is_over() {
            return Run { names, requests, rounds };
        }
        let mut asked: Vec<_> = std::iter::from_fn(|| spans.ask()).collect();
        assert!(!asked.is_empty(), "nothing is asked and nothing comes");
        rounds += 1;
        requests += asked.len();
        if rounds % 2 == 0 {
            asked.reverse();
        }
        for ask in asked {
            let page = listed(keys, server, &ask.how);
            spans.answer(ask, Ok(page));
        }
    }
}

fn sorted(mut keys: Vec<String>) -> Vec<String> {
    keys.sort();
    keys.dedup();
    keys
}

/// Numbers that look random and are the same each time.
fn random(count: u64) -> impl Iterator<Item = u64> {
    (1..=count).map(|n| {
        let mut x = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        x ^= x >> 31;
        x = x.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x ^ x >> 27
    })
}

const MANY: u64 = 30_000;

fn distributions() -> Vec<(&'static str, Vec<String>)> {
    let uuid = |x: u64| format!("{:08x}-{:04x}-4{:03x}", x >> 32, x >> 16 & 0xffff, x & 0xfff);
    let date =
        |n: u64| format!("2026-{:02}-{:02}/{:02}/{n:07}.log", n / 5000, n / 170 % 28, n / 7 % 24);
    let empty = std::iter::once(String::new());
    vec![
        ("one leaf", (0..MANY).map(|n| format!("a/b/c/part-{n:08}.parquet")).collect()),
        ("random hex", random(MANY).map(|x| format!("{x:016x}")).collect()),
        ("uuids below one prefix", random(MANY).map(|x| format!("users/{}", uuid(x))).collect()),
        ("dates", (0..MANY).map(date).collect()),
        ("a tree", (0..MANY).map(|n| format!("{:03}/{:03}", n / 245, n % 245)).collect()),
        (
            "unicode",
            random(MANY)
                .map(|x| {
                    let letter =
                        |at: u64| char::from_u32(0x4e00 + (x >> at & 0xfff) as u32).unwrap();
                    format!("文/{}{}é{}", letter(0), letter(12), letter(24))
                })
                .collect(),
        ),
        (
            "the last character",
            (0..MANY)
                .map(|n| match n % 3 {
                    0 => format!("k{n:06}\u{10ffff}"),
                    1 => format!("k{n:06}\u{10ffff}\u{10ffff}"),
                    _ => format!("k{n:06}\u{1}"),
                })
                .collect(),
        ),
        (
            "much in one place",
            random(MANY)
                .map(|x| match x % 50 {
                    0 => uuid(x),
                    _ => format!("big/{:09}", x % 1_000_000_000),
                })
                .collect(),
        ),
        ("numbers without zeros", (0..MANY).map(|n| format!("n{n}")).collect()),
        ("an empty name too", empty.chain((0..MANY).map(|n| format!("/{n}"))).collect()),
    ]
}

#[test]
fn every_distribution_is_listed_as_by_one_cursor_and_far_sooner() {
    let mut slow = Vec::new();
    for (what, keys) in distributions() {
        let keys = sorted(keys);
        let Run { names, requests, rounds } = run(&keys, Server::Honest);
        assert!(names == keys, "{what}");
        let serial = keys.len().div_ceil(PAGE);
        println!("{what}: {requests} requests of {serial}, {rounds} rounds");
        if requests * 100 > serial * 135 || rounds * 6 > serial {
            slow.push(format!("{what}: {requests} requests and {rounds} rounds of {serial}"));
        }
    }
    assert!(slow.is_empty(), "{slow:?}");
}

#[test]
fn little_room_is_kept_to_and_changes_nothing_else() {
    for (what, keys) in distributions() {
        let keys = sorted(keys);
        let mut page = Page::default();
        for key in &keys[..PAGE] {
            page.push_object(key, 1, None, Class::Standard);
        }
        let room = page.heap_bytes() * 4;
        let mut spans = Spans::default().within(room);
        let (mut names, mut most) = (Vec::new(), 0);
        while !spans.is_over() {
            for ask in std::iter::from_fn(|| spans.ask()).collect::<Vec<_>>() {
                let page = listed(&keys, Server::Honest, &ask.how);
                spans.answer(ask, Ok(page));
            }
            most = most.max(spans.queue.iter().map(|span| span.waiting).sum::<usize>());
            if let Some(page) = spans.take() {
                names.extend(page.unwrap().rows().map(|row| row.name.to_owned()));
            }
        }
        assert!(names == keys, "{what}");
        // What was asked for before it was full comes all the same.
        assert!(most <= room + page.heap_bytes() * 2 * CURSORS, "{what}: {most} of {room}");
    }
}

#[test]
fn a_server_that_cannot_begin_behind_a_name_is_read_by_one_cursor() {
    for server in [Server::Deaf, Server::Confused] {
        for (what, keys) in distributions() {
            let keys = sorted(keys);
            let Run { names, requests, .. } = run(&keys, server);
            assert!(names == keys, "{what}");
            assert!(requests * 100 <= keys.len().div_ceil(PAGE) * 150, "{what}: {requests}");
        }
    }
}

/// The rows of a level: keys below a delimiter are one.
fn level(keys: &[String]) -> Vec<String> {
    let row = |key: &String| match key.find('/') {
        Some(at) => key[..=at].to_owned(),
        None => key.clone(),
    };
    sorted(keys.iter().map(row).collect())
}

/// As S3 lists a level behind a name: a row of which some key is behind it is there.
fn listed_level(rows: &[String], how: &SpanStep) -> ListedPage {
    match how {
        SpanStep::Begin(name) => {
            assert!(!name.contains('/'), "nothing begins within a row: {name}");
            let start = rows.partition_point(|row| row <= name).to_string();
            listed(rows, Server::Honest, &SpanStep::Go(Some(ContinuationToken(start))))
        }
        SpanStep::Go(_) => listed(rows, Server::Honest, how),
    }
}

#[test]
fn a_level_is_listed_by_many_cursors_too() {
    let mixed = random(MANY).map(|x| match x % 3 {
        0 => format!("{:06}/{x}", x % 1_000_000),
        1 => format!("{:06}", x % 1_000_000),
        _ => format!("{:06}/", x % 1_000_000),
    });
    let dated = (0..MANY).map(|n| format!("2026-{n:06}/a/b"));
    let mut all = distributions();
    all.extend([("prefixes and objects", mixed.collect()), ("prefixes", dated.collect())]);
    for (what, keys) in all {
        let rows = level(&keys);
        let (mut spans, mut names) = (Spans::default().of_level(), Vec::new());
        let (mut requests, mut rounds) = (0, 0);
        while !spans.is_over() {
            while let Some(page) = spans.take() {
                names.extend(page.unwrap().rows().map(|row| row.name.to_owned()));
            }
            rounds += 1;
            for ask in std::iter::from_fn(|| spans.ask()).collect::<Vec<_>>() {
                requests += 1;
                let page = listed_level(&rows, &ask.how);
                spans.answer(ask, Ok(page));
            }
        }
        while let Some(page) = spans.take() {
            names.extend(page.unwrap().rows().map(|row| row.name.to_owned()));
        }
        assert!(names == rows, "{what}");
        let serial = rows.len().div_ceil(PAGE).max(1);
        println!("{what}: {requests} requests of {serial}, {rounds} rounds");
        assert!(requests * 100 <= serial * 135, "{what}: {requests} of {serial}");
        assert!(serial < 100 || rounds * 4 < serial, "{what}: {rounds} rounds of {serial}");
    }
}

#[test]
fn few_pages_are_read_one_after_the_other() {
    for count in [0_usize, 1, 49, 50, 51, 150, 151, 200] {
        let keys: Vec<String> = (0..count).map(|n| format!("{n:05}")).collect();
        let Run { names, requests, rounds } = run(&keys, Server::Honest);
        assert_eq!((names.len(), requests), (count, count.div_ceil(PAGE).max(1)), "{count}");
        assert_eq!(rounds, requests);
    }
}

#[test]
fn rows_without_an_order_come_as_they_come() {
    let keys: Vec<String> = random(5000).map(|x| format!("{x:016x}")).collect();
    let Run { names, requests, .. } = run(&keys, Server::Honest);
    assert_eq!((names, requests), (keys, 100));
}

#[test]
fn keys_that_come_and_go_meanwhile_leave_a_listing_in_order() {
    let keys = sorted(random(MANY).map(|x| format!("{x:016x}")).collect());
    let (mut spans, mut names, mut round) = (Spans::default(), Vec::<String>::new(), 0);
    while !spans.is_over() {
        while let Some(page) = spans.take() {
            names.extend(page.unwrap().rows().map(|row| row.name.to_owned()));
        }
        let asked: Vec<_> = std::iter::from_fn(|| spans.ask()).collect();
        round += 1;
        for ask in asked {
            let gone = |at: usize| (at * 31 + round).is_multiple_of(97);
            let page = listed(&keys, Server::Honest, &ask.how);
            let mut left = Page::default();
            let rows = page.page.rows().enumerate().filter(|(at, _)| !gone(*at));
            rows.for_each(|(_, row)| left.push_row(row));
            spans.answer(ask, Ok(ListedPage { page: Arc::new(left), next: page.next }));
        }
    }
    assert!(names.is_sorted() && names.len() > keys.len() * 9 / 10, "{}", names.len());
    assert_eq!(names.len(), sorted(names.clone()).len(), "no key twice");
}

#[test]
fn an_error_comes_after_the_rows_before_it_and_is_asked_again() {
    let keys: Vec<String> = (0..20_000).map(|n| format!("{n:05}")).collect();
    let (mut spans, mut names, mut failed) = (Spans::default(), Vec::<String>::new(), 0);
    let fails = |step: &SpanStep| match step {
        SpanStep::Go(Some(token)) => token.0 == "10000",
        _ => false,
    };
    while !spans.is_over() {
        while let Some(page) = spans.take() {
            if let Ok(page) = page {
                names.extend(page.rows().map(|row| row.name.to_owned()));
            } else {
                failed += 1;
                assert_eq!(names, keys[..names.len()]);
            }
        }
        for ask in std::iter::from_fn(|| spans.ask()).collect::<Vec<_>>() {
            let error = Error::new(ErrorKind::AccessDenied, "ListObjectsV2", "");
            let page = listed(&keys, Server::Honest, &ask.how);
            let fault = failed == 0 && fails(&ask.how);
            spans.answer(ask, if fault { Err(error) } else { Ok(page) });
        }
    }
    assert_eq!(names, keys);
    assert!(failed <= 1);
}

#[test]
fn a_server_that_is_throttled_is_asked_by_fewer() {
    let keys: Vec<String> = (0..20_000).map(|n| format!("{n:05}")).collect();
    let mut spans = Spans::default();
    (0..5).for_each(|_| spans.slow_down());
    let Run { names, rounds, requests } = run_by(spans, &keys, Server::Honest);
    assert_eq!((names.len(), rounds), (keys.len(), requests), "one at a time");
    let Run { rounds, requests, .. } = run_by(Spans::alone(), &keys, Server::Honest);
    assert_eq!((rounds, requests), (400, 400));
}
