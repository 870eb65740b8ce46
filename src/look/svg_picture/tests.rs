//! Drawings that are right, that name what is not in them, and that would take all there is.

use std::time::{Duration, Instant};

use super::*;

fn svg(inner: &str) -> String {
    let names = "xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'";
    format!("<svg {names} width='40' height='20' viewBox='0 0 40 20'>{inner}</svg>")
}

#[test]
fn a_drawing_has_its_colours_and_is_on_white() {
    let red = "<rect width='20' height='20' fill='#c80a14'/>";
    let picture = draw(&svg(red), 100_000).unwrap();
    assert_eq!((picture.width, picture.height, picture.whole), (40, 20, (40, 20)));
    assert_eq!(picture.pixel(10, 10), Some([0xc8, 0x0a, 0x14]));
    assert_eq!((picture.pixel(30, 10), picture.without), (Some([0xff; 3]), None));
    let small = draw(&svg(red), 200).unwrap();
    assert_eq!((small.width, small.height, small.whole), (20, 10, (40, 20)));
}

#[test]
fn what_is_left_out_is_said() {
    let without = |inner: &str| draw(&svg(inner), 1000).unwrap().without;
    assert_eq!(without("<text y='9'>a</text>"), Some("without its text"));
    assert_eq!(without("<image href='a.png'/>"), Some("without the pictures in it"));
}

#[test]
fn nothing_that_is_not_in_it_is_read() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("red.svg");
    std::fs::write(&file, svg("<rect width='40' height='20' fill='red'/>")).unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}/red.svg", listener.local_addr().unwrap());
    let path = file.to_str().unwrap();
    for href in [path, &format!("file://{path}"), &url] {
        let image = format!("<image xlink:href='{href}' width='40' height='20'/>");
        let entity = format!("<use href='{href}#a'/><style>@import url('{href}');</style>");
        for inner in [image, entity] {
            let picture = draw(&svg(&inner), 1000).unwrap();
            assert_eq!(picture.pixel(5, 5), Some([0xff; 3]), "{inner}");
        }
    }
    let entity = format!("<!DOCTYPE svg [<!ENTITY a SYSTEM 'file://{path}'>]>{}", svg("&a;"));
    assert!(draw(&entity, 1000).is_err());
    assert!(listener.accept().is_err(), "nobody asked");
}

fn refused(text: &str) -> String {
    let start = Instant::now();
    let error = draw(text, 2_000_000).unwrap_err().to_string();
    assert!(start.elapsed() < Duration::from_secs(20), "{error}");
    error
}

#[test]
fn what_would_take_all_there_is_is_refused() {
    let mut uses = "<g id='a0'><rect width='1' height='1'/></g>".to_owned();
    for n in 1..12 {
        let one = format!("<use href='#a{}'/>", n - 1);
        uses += &format!("<g id='a{n}'>{}</g>", one.repeat(10));
    }
    assert!(refused(&svg(&uses)).contains("so many elements"));
    let deep = format!("{}{}", "<g>".repeat(5_000), "</g>".repeat(5_000));
    assert!(refused(&svg(&deep)).contains("so deep"));
    let layer = "<g opacity='.5'>";
    let one = "<rect width='9' height='9'/><rect width='8' height='8'/>";
    let layers = format!("{}{one}{}", layer.repeat(50), "</g>".repeat(50));
    assert!(refused(&svg(&layers)).contains("layers so deep"));
    let mut patterns = String::new();
    for n in 0..9 {
        let rect = format!("<rect width='9' height='9' fill='url(#p{})'/>", n + 1);
        let form = "width='9' height='9' patternUnits='userSpaceOnUse'";
        patterns += &format!("<pattern id='p{n}' {form}>{}</pattern>", rect.repeat(10));
    }
    let last = "<pattern id='p9' width='9' height='9' patternUnits='userSpaceOnUse'>\
                <rect width='1' height='1'/></pattern>";
    let all = format!("{patterns}{last}<rect width='40' height='20' fill='url(#p0)'/>");
    assert!(refused(&svg(&all)).contains("so many elements"));
    let sheet = format!("<style>rect {{ fill: url(#p0) }}</style>{patterns}{last}");
    assert!(refused(&svg(&sheet)).contains("style sheets"));
    let both = "<g id='a'><use href='#b'/></g><g id='b'><use href='#a'/></g>";
    assert!(refused(&svg(both)).contains("use one another"));
    let filter = "<filter id='f'><feMorphology operator='dilate' radius='9999'/></filter>\
                  <rect width='40' height='20' filter='url(#f)'/>";
    assert!(refused(&svg(filter)).contains("filters of this kind"));
    let entities = "<!DOCTYPE svg [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;'>\
                    <!ENTITY c '&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;'>]>";
    assert!(draw(&format!("{entities}{}", svg(&"&d;".repeat(200))), 100).is_err());
    assert!(refused(&" ".repeat(LONGEST + 1)).contains("more than"));
}

#[test]
fn a_drawing_that_takes_long_is_drawn_small() {
    let rect = "<rect width='40' height='20' fill='#00f' fill-opacity='.1'/>";
    let large = svg(&rect.repeat(1_000)).replace("width='40' height='20' view", "view");
    let drawn = draw(&large.replace("<svg ", "<svg width='4000' height='2000' "), 2_000_000);
    let picture = drawn.unwrap();
    let pixels = u64::from(picture.width) * u64::from(picture.height);
    assert!(pixels < WORK / 1_000 && pixels > LEAST, "{pixels}");
    assert_eq!(picture.whole, (4000, 2000));
}

#[test]
fn any_size_and_any_text_is_an_error_or_a_picture() {
    for sides in ["width='1e9' height='1'", "width='0' height='0'", "width='1e30' height='1e30'"] {
        let text = svg("<rect width='9' height='9'/>").replace("width='40' height='20'", sides);
        if let Ok(drawn) = draw(&text, 1_000) {
            let pixels = u64::from(drawn.width) * u64::from(drawn.height);
            assert!(pixels <= 2_000, "{sides}");
        }
    }
    let whole = svg("<g transform='scale(2)'><path d='M0 0L9 9Z' stroke='red'/></g>");
    for end in 0..whole.len() {
        let _ = draw(&whole[..end], 100);
    }
    assert!(draw("<html/>", 100).is_err() && draw("", 100).is_err());
}
