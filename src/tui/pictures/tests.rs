//! Tests what a terminal is sent of pictures, frame by frame.

use ratatui::buffer::Buffer;

use super::*;
use crate::domain::picture::Picture;
use crate::ui::paint::Paint;
use crate::ui::pictures::{place_picture, settled};
use crate::ui::theme::Theme;

const WINDOW: Rect = Rect::new(0, 0, 60, 20);
const AREA: Rect = Rect::new(20, 2, 30, 12);

fn picture(light: u8) -> Picture {
    Picture::new(200, 150, vec![light; 200 * 150 * 3])
}

fn pictures(protocol: PictureProtocol) -> Pictures {
    let mut pictures = Pictures::new(Some(protocol), false);
    pictures.measure((60, 20), (600, 400));
    pictures
}

/// Paints a frame, with something over the picture where that is given; gives what is sent and the
/// cells.
fn frame(pictures: &mut Pictures, shown: Option<&Picture>, over: Option<Rect>) -> (String, Buffer) {
    let theme = Theme::default();
    let mut buffer = Buffer::empty(WINDOW);
    let mut paint = Paint::new(&mut buffer, &theme);
    paint.pictures = pictures.screen().clone();
    if let Some(picture) = shown {
        let sized = paint.pictures.sized(picture, AREA).unwrap();
        let area = Rect { width: sized.columns, height: sized.lines, ..AREA };
        place_picture(&mut paint, area, sized);
    }
    if let Some(over) = over {
        // As what is asked is painted: all of the rest is dimmed first.
        paint.restyle(WINDOW, ratatui::style::Style::new().dim());
        let style = paint.styles.text;
        for y in over.top()..over.bottom() {
            paint.buffer.set_string(over.x, y, "o".repeat(over.width.into()), style);
        }
    }
    let picture = settled(&mut paint);
    let mut out = Vec::new();
    pictures.before(picture.as_ref(), &mut out).unwrap();
    out.extend_from_slice(b"<cells>");
    pictures.after(picture.as_ref(), &mut out).unwrap();
    if let Some(job) = pictures.job(picture) {
        let sequence = Some(format!("<{:?} {}>", job.protocol, job.id));
        pictures.take(EncodedPicture { picture: job.picture, id: job.id, sequence });
    }
    (String::from_utf8(out).unwrap(), buffer)
}

fn kept_cells(buffer: &Buffer, id: u32) -> usize {
    let [_, red, green, blue] = id.to_be_bytes();
    let colour = ratatui::style::Color::Rgb(red, green, blue);
    buffer.content.iter().filter(|cell| cell.fg == colour).count()
}

#[test]
fn kitty_is_sent_a_picture_once_and_told_to_forget_it() {
    let mut kitty = pictures(PictureProtocol::Kitty);
    let (white, black) = (picture(255), picture(0));
    assert_eq!(frame(&mut kitty, Some(&white), None).0, "<cells>", "it is not encoded yet");
    let (sent, buffer) = frame(&mut kitty, Some(&white), None);
    assert_eq!(sent, format!("<Kitty {FIRST_ID}><cells>"));
    assert_eq!(kept_cells(&buffer, FIRST_ID), 20 * 8, "200 × 150 pixels in cells of 10 × 20");
    assert_eq!(buffer[(20, 2)].symbol(), "\u{10EEEE}\u{305}\u{305}");
    assert_eq!(buffer[(21, 2)].symbol(), "\u{10EEEE}\u{305}\u{30d}");
    assert_eq!(buffer[(20, 3)].symbol(), "\u{10EEEE}\u{30d}\u{305}");
    let (sent, again) = frame(&mut kitty, Some(&white), None);
    assert_eq!((sent.as_str(), again), ("<cells>", buffer), "nothing more, and the same cells");
    // Another one: the old one goes as soon as it is not painted any more.
    let (sent, _) = frame(&mut kitty, Some(&black), None);
    assert_eq!(sent, format!("<cells>{}", deletion(FIRST_ID)));
    let (sent, _) = frame(&mut kitty, Some(&black), None);
    assert_eq!(sent, format!("<Kitty {}><cells>", FIRST_ID + 1));
    // The preview is left.
    assert_eq!(frame(&mut kitty, None, None).0, format!("<cells>{}", deletion(FIRST_ID + 1)));
    assert_eq!(frame(&mut kitty, None, None).0, "<cells>");
    // What was encoded is kept.
    let (sent, _) = frame(&mut kitty, Some(&black), None);
    assert_eq!(sent, format!("<Kitty {}><cells>", FIRST_ID + 1));
}

#[test]
fn what_is_painted_over_a_picture_of_kitty_wins_and_the_rest_of_it_stays() {
    let mut kitty = pictures(PictureProtocol::Kitty);
    let white = picture(255);
    frame(&mut kitty, Some(&white), None);
    let (_, bare) = frame(&mut kitty, Some(&white), None);
    let over = Rect::new(25, 4, 10, 3);
    let (sent, buffer) = frame(&mut kitty, Some(&white), Some(over));
    assert_eq!(sent, "<cells>");
    assert_eq!(kept_cells(&buffer, FIRST_ID), 20 * 8 - 30);
    assert_eq!(buffer[(25, 4)].symbol(), "o");
    assert_eq!(buffer[(24, 4)], bare[(24, 4)], "not dimmed");
    // All of it is covered, and it is there again afterwards.
    assert_eq!(frame(&mut kitty, Some(&white), Some(WINDOW)).0, "<cells>");
    let (sent, buffer) = frame(&mut kitty, Some(&white), None);
    assert_eq!((sent.as_str(), buffer), ("<cells>", bare));
}

#[test]
fn other_terminals_are_sent_a_picture_when_its_cells_are_free() {
    for protocol in [PictureProtocol::Sixel, PictureProtocol::Iterm2] {
        let mut pictures = pictures(protocol);
        let white = picture(255);
        frame(&mut pictures, Some(&white), None);
        let (sent, bare) = frame(&mut pictures, Some(&white), None);
        let drawn = format!("<cells>\x1b7\x1b[3;21H<{protocol:?} {FIRST_ID}>\x1b8");
        assert_eq!(sent, drawn);
        assert!(bare[(20, 2)].symbol() == " " && bare[(39, 9)].symbol() == " ");
        let (sent, again) = frame(&mut pictures, Some(&white), None);
        assert_eq!((sent.as_str(), &again), ("<cells>", &bare));
        // A dialog over one corner: every other cell is painted by half blocks, and dimmed.
        let (sent, buffer) = frame(&mut pictures, Some(&white), Some(Rect::new(10, 0, 12, 4)));
        assert_eq!(sent, "<cells>");
        assert_eq!(buffer[(21, 3)].symbol(), "o");
        assert_eq!(buffer[(22, 3)].symbol(), "▀");
        assert!(buffer[(22, 3)].modifier.contains(ratatui::style::Modifier::DIM));
        assert_eq!(kept_cells(&buffer, FIRST_ID), 0, "every cell is written over the picture");
        let (sent, _) = frame(&mut pictures, Some(&white), None);
        assert_eq!(sent, drawn, "the dialog is closed");
        // Something that leaves its cells alone but dims them.
        let (sent, buffer) = frame(&mut pictures, Some(&white), Some(Rect::new(0, 0, 5, 5)));
        assert_eq!(sent, "<cells>");
        assert_eq!(buffer[(22, 3)], bare[(22, 3)]);
        let (sent, buffer) = frame(&mut pictures, None, None);
        assert_eq!((sent.as_str(), kept_cells(&buffer, FIRST_ID)), ("<cells>", 0));
        let diff = bare.diff(&buffer);
        assert_eq!(diff.len(), 20 * 8, "ratatui writes each of its cells");
    }
}

#[test]
fn a_terminal_that_was_cleared_is_sent_the_picture_again() {
    let mut sixel = pictures(PictureProtocol::Sixel);
    let white = picture(255);
    frame(&mut sixel, Some(&white), None);
    let first = frame(&mut sixel, Some(&white), None).0;
    sixel.forget(&mut Vec::new()).unwrap();
    assert_eq!(frame(&mut sixel, Some(&white), None).0, first);
}

#[test]
fn one_picture_is_encoded_at_a_time_and_one_that_cannot_be_is_not_tried_again() {
    let mut sixel = pictures(PictureProtocol::Sixel);
    let sized = sixel.screen().sized(&picture(3), AREA).unwrap();
    let placed = FramePicture { picture: sized, area: AREA, shown: None };
    let job = sixel.job(Some(placed.clone())).unwrap();
    assert!(sixel.job(Some(placed.clone())).is_none());
    sixel.take(EncodedPicture { picture: job.picture, id: job.id, sequence: None });
    assert!(sixel.job(Some(placed)).is_none());
    assert_eq!(sixel.screen().ready, None);
    assert!(Pictures::new(None, false).job(None).is_none());
}

#[test]
fn cells_are_as_large_as_the_terminal_says_or_as_most_are() {
    let mut pictures = Pictures::new(None, false);
    for (cells, pixels, expected) in
        [((100, 50), (900, 1000), (9, 20)), ((100, 50), (0, 0), CELL), ((0, 0), (900, 1000), CELL)]
    {
        pictures.measure(cells, pixels);
        assert_eq!(pictures.screen().cell, expected);
    }
}
