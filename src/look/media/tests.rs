//! Reads sound and films that ffmpeg wrote, whole, cut and spoilt.

use super::*;
use crate::domain::contents::ContentKind;
use crate::look::error::guarded;
use crate::look::object_bytes::tests::source;

macro_rules! sample {
    ($name:literal) => {
        include_bytes!(concat!("../../../tests/samples/", $name)).as_slice()
    };
}

fn looked(bytes: &[u8]) -> Looked<Contents> {
    let source = source(bytes);
    let mut contents = Contents::of(ContentKind::Video);
    media(&source, &bytes[..bytes.len().min(64 * 1024)], &mut contents)?;
    Ok(contents)
}

fn fact<'a>(contents: &'a Contents, name: &str) -> &'a str {
    contents.facts.iter().find(|fact| fact.0 == name).map_or("", |fact| &fact.1)
}

const FILMS: &[&[u8]] =
    &[sample!("end.mp4"), sample!("a.mov"), sample!("a.mkv"), sample!("a.webm"), sample!("a.avi")];

const SOUNDS: &[&[u8]] = &[
    sample!("a.mp3"),
    sample!("a.flac"),
    sample!("a.ogg"),
    sample!("a.opus"),
    sample!("a.wav"),
    sample!("a.m4a"),
];

#[test]
fn films_tell_their_size_length_and_codecs() {
    let codecs = ["H.264, AAC", "H.264, AAC", "H.264, AAC", "VP8", "FMP4"];
    let seconds = [2.0, 2.0, 2.0, 1.0, 1.0];
    for ((bytes, codec), seconds) in FILMS.iter().zip(codecs).zip(seconds) {
        let contents = looked(bytes).unwrap();
        assert_eq!(fact(&contents, "codec"), codec);
        assert_eq!((contents.width, contents.height), (Some(64), Some(48)), "{codec}");
        let duration = contents.duration.unwrap();
        assert!((duration - seconds).abs() < 0.2, "{codec}: {duration}");
        assert_eq!(contents.kind, ContentKind::Video);
    }
    let film = looked(sample!("end.mp4")).unwrap();
    assert_eq!((fact(&film, "title"), fact(&film, "container")), ("A title", "MP4"));
    let container = |bytes| fact(&looked(bytes).unwrap(), "container").to_owned();
    assert_eq!(container(sample!("a.webm")), "WebM");
    assert_eq!(container(sample!("a.mkv")), "Matroska");
    assert_eq!(container(sample!("a.mov")), "QuickTime");
    let fragments = looked(sample!("frag.mp4")).unwrap();
    assert_eq!((fact(&fragments, "codec"), fragments.width), ("H.264, AAC", Some(64)));
}

#[test]
fn sounds_tell_their_length_and_title() {
    for bytes in SOUNDS {
        let contents = looked(bytes).unwrap();
        let container = fact(&contents, "container");
        let duration = contents.duration.unwrap();
        assert!((0.09..0.7).contains(&duration), "{container}: {duration}");
        assert_eq!(fact(&contents, "title"), "A title", "{container}");
    }
    assert_eq!(looked(sample!("a.m4a")).unwrap().kind, ContentKind::Audio);
}

#[test]
fn what_is_cut_or_spoilt_anywhere_does_no_harm() {
    for bytes in FILMS.iter().chain(SOUNDS) {
        let few = bytes.len().div_ceil(400);
        for end in (0..bytes.len()).step_by(few) {
            let _ = guarded(|| looked(&bytes[..end]));
        }
        for at in (0..bytes.len().min(1500)).chain((0..bytes.len()).step_by(few)) {
            for byte in [0xff, 0x01] {
                let mut spoilt = bytes.to_vec();
                spoilt[at] = byte;
                let _ = guarded(|| looked(&spoilt));
            }
        }
    }
}

#[test]
fn a_film_whose_moov_is_at_the_end_costs_few_requests() {
    let film = sample!("end.mp4");
    let moov = film.windows(4).position(|four| four == b"moov").unwrap() - 4;
    let mdat = film.windows(4).position(|four| four == b"mdat").unwrap() - 4;
    let mut large = film[..moov].to_vec();
    let length = u32::try_from(moov - mdat + 20_000_000).unwrap();
    large[mdat..mdat + 4].copy_from_slice(&length.to_be_bytes());
    large.extend_from_slice(&vec![0; 20_000_000]);
    large.extend_from_slice(&film[moov..]);
    let source = source(large);
    let mut contents = Contents::of(ContentKind::Video);
    media(&source, film, &mut contents).unwrap();
    assert_eq!(contents.width, Some(64));
    assert!(source.fetched().bytes < 30_000, "{:?}", source.fetched());
    assert!(source.fetched().requests <= 3, "{:?}", source.fetched());
}

#[test]
fn a_film_without_a_moov_is_said_to_be_damaged() {
    let film = sample!("end.mp4");
    let moov = film.windows(4).position(|four| four == b"moov").unwrap() - 4;
    assert!(matches!(looked(&film[..moov]), Err(LookError::Malformed(_))));
}
