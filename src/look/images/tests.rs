//! Reads pictures that Pillow wrote, whole, cut and spoilt.

use super::*;
use crate::domain::contents::ContentKind;
use crate::look::object_bytes::tests::source;

macro_rules! sample {
    ($name:literal) => {
        include_bytes!(concat!("../../../tests/samples/", $name)).as_slice()
    };
}

fn looked(bytes: &[u8]) -> Looked<Contents> {
    let source = source(bytes);
    let mut contents = Contents::of(ContentKind::Image);
    image(&source, &bytes[..bytes.len().min(64 * 1024)], &mut contents)?;
    Ok(contents)
}

fn fact<'a>(contents: &'a Contents, name: &str) -> &'a str {
    contents.facts.iter().find(|fact| fact.0 == name).map_or("", |fact| &fact.1)
}

const ALL: &[&[u8]] = &[
    sample!("exif.jpg"),
    sample!("progressive.jpg"),
    sample!("exif.png"),
    sample!("three.png"),
    sample!("exif.webp"),
    sample!("lossy.webp"),
    sample!("lossless.webp"),
    sample!("three.webp"),
    sample!("three.gif"),
    sample!("pages.tif"),
    sample!("plain.avif"),
];

#[test]
fn pictures_of_each_format_have_their_size() {
    for bytes in ALL {
        let contents = looked(bytes).unwrap();
        let size = (contents.width, contents.height);
        assert_eq!(size, (Some(40), Some(30)), "{}", fact(&contents, "format"));
    }
    let bmp = looked(sample!("plain.bmp")).unwrap();
    assert_eq!((bmp.width, bmp.height), (Some(4), Some(3)));
    let icon = looked(sample!("two.ico")).unwrap();
    assert_eq!((icon.width, fact(&icon, "pictures")), (Some(16), "2"));
}

#[test]
fn what_the_camera_wrote_is_told_and_where_is_not() {
    for bytes in [sample!("exif.jpg"), sample!("exif.png"), sample!("exif.webp")] {
        let contents = looked(bytes).unwrap();
        assert_eq!(contents.orientation, Some(6));
        assert_eq!(fact(&contents, "camera"), "Canon EOS R5");
        assert_eq!(fact(&contents, "taken"), "2026:10:31 09:30:00");
        assert_eq!(fact(&contents, "has a position"), "yes");
        assert!(contents.facts.iter().all(|fact| !fact.1.contains("47")));
    }
    assert_eq!(looked(sample!("progressive.jpg")).unwrap().orientation, None);
}

#[test]
fn frames_and_pages_are_counted() {
    let gif = looked(sample!("three.gif")).unwrap();
    assert_eq!((fact(&gif, "frames"), gif.duration), ("3", Some(0.75)));
    assert_eq!(fact(&looked(sample!("three.png")).unwrap(), "frames"), "3");
    assert_eq!(looked(sample!("pages.tif")).unwrap().pages, Some(2));
}

#[test]
fn a_picture_that_is_cut_or_spoilt_anywhere_does_no_harm() {
    for bytes in ALL {
        for end in 2..bytes.len() {
            let _ = looked(&bytes[..end]);
        }
        assert!(looked(&bytes[..8]).is_err());
        for at in 0..bytes.len() {
            for byte in [0, 0xff, 0x7f] {
                let mut spoilt = bytes.to_vec();
                spoilt[at] = byte;
                let _ = looked(&spoilt);
            }
        }
    }
}

#[test]
fn a_large_picture_is_told_by_its_header() {
    let jpeg = sample!("exif.jpg");
    let frame = jpeg.windows(2).position(|two| two == [0xff, 0xc0]).unwrap();
    // What editors put before the frame: profiles and thumbnails of megabytes.
    let padding = [&[0xff, 0xe2, 0xff, 0xff][..], &vec![0; 0xfffd]].concat().repeat(40);
    let large = [&jpeg[..frame], &padding, &jpeg[frame..], &vec![0; 9_000_000]].concat();
    let source = source(large);
    let mut contents = Contents::of(ContentKind::Image);
    image(&source, jpeg, &mut contents).unwrap();
    assert_eq!(contents.width, Some(40));
    assert!(source.fetched().bytes < 200_000, "{:?}", source.fetched());
}
