//! Knows which picture the terminal shows, and what it is sent around a frame.

#![cfg_attr(not(feature = "images"), allow(dead_code, reason = "no picture is decoded then"))]

pub mod encode;
mod iterm2;
mod kitty;
mod palette;
mod sixel;

use std::io::{self, Write};
use std::sync::atomic::{AtomicU32, Ordering};

use ratatui::layout::Rect;

use crate::domain::picture::PictureProtocol;
use crate::tui::pictures::encode::{EncodeJob, EncodedPicture};
use crate::tui::pictures::kitty::deletion;
use crate::ui::picture_screen::{FramePicture, PictureScreen, ReadyPicture};

/// Pixels that are sent at most, and over a network.
const SENT: u64 = 1920 * 1080;
const SENT_FAR: u64 = 640 * 400;

/// A cell where the terminal does not say how large its cells are.
const CELL: (u16, u16) = (8, 16);

/// The first of the numbers by which a terminal knows our pictures. Each is a colour too, and an
/// unusual one.
const FIRST_ID: u32 = 0x57_4c_01;

/// The picture that kitty has; 0 for none. Global because any thread may have to give the terminal
/// back after a panic.
static KEPT: AtomicU32 = AtomicU32::new(0);

pub struct Pictures {
    screen: PictureScreen,
    most: u64,
    encoded: Option<EncodedPicture>,
    encoding: bool,
    /// What the terminal was sent, and where.
    sent: Option<(u32, Rect)>,
    used: u32,
}

impl Pictures {
    /// `far` where what is sent goes over a network.
    pub fn new(protocol: Option<PictureProtocol>, far: bool) -> Pictures {
        let screen = PictureScreen { protocol, cell: CELL, ready: None };
        let most = if far { SENT_FAR } else { SENT };
        Pictures { screen, most, encoded: None, encoding: false, sent: None, used: 0 }
    }

    pub fn screen(&self) -> &PictureScreen {
        &self.screen
    }

    /// Takes what the terminal says of its size: columns and lines, and pixels, which may be 0.
    pub fn measure(&mut self, (columns, lines): (u16, u16), (width, height): (u16, u16)) {
        let cell = (width.checked_div(columns), height.checked_div(lines));
        self.screen.cell = match cell {
            (Some(width @ 1..), Some(height @ 1..)) => (width, height),
            _ => CELL,
        };
    }

    /// Writes what has to come before the cells of a frame.
    pub fn before(&mut self, frame: Option<&FramePicture>, out: &mut impl Write) -> io::Result<()> {
        let Some(shown) = self.shown_by_kitty(frame) else { return Ok(()) };
        let Some(encoded) = &self.encoded else { return Ok(()) };
        let (Some(sequence), id) = (&encoded.sequence, encoded.id) else { return Ok(()) };
        if id != shown.0 || self.sent.is_some_and(|(sent, _)| sent == id) {
            return Ok(());
        }
        if let Some((old, _)) = self.sent {
            out.write_all(deletion(old).as_bytes())?;
        }
        self.sent = Some(shown);
        KEPT.store(id, Ordering::SeqCst);
        out.write_all(sequence.as_bytes())
    }

    /// Writes what has to come after the cells of a frame.
    pub fn after(&mut self, frame: Option<&FramePicture>, out: &mut impl Write) -> io::Result<()> {
        if self.screen.protocol == Some(PictureProtocol::Kitty) {
            if self.shown_by_kitty(frame).is_none()
                && let Some((old, _)) = self.sent.take()
            {
                KEPT.store(0, Ordering::SeqCst);
                out.write_all(deletion(old).as_bytes())?;
            }
            return Ok(());
        }
        let shown = frame.and_then(|frame| Some((frame.shown?, frame.area)));
        // Where it is gone, the cells of this frame have been written over it.
        if std::mem::replace(&mut self.sent, shown) == shown {
            return Ok(());
        }
        let Some((id, area)) = shown else { return Ok(()) };
        let encoded = self.encoded.as_ref().filter(|encoded| encoded.id == id);
        let sequence = encoded.and_then(|encoded| encoded.sequence.as_ref());
        let Some(sequence) = sequence else { return Ok(()) };
        write!(out, "\x1b7\x1b[{};{}H", area.y + 1, area.x + 1)?;
        out.write_all(sequence.as_bytes())?;
        out.write_all(b"\x1b8")
    }

    fn shown_by_kitty(&self, frame: Option<&FramePicture>) -> Option<(u32, Rect)> {
        let kitty = self.screen.protocol == Some(PictureProtocol::Kitty);
        frame.filter(|_| kitty).and_then(|frame| Some((frame.shown?, frame.area)))
    }

    /// What is to be encoded for the picture of a frame; one at a time.
    pub fn job(&mut self, frame: Option<FramePicture>) -> Option<EncodeJob> {
        let (frame, protocol) = (frame?, self.screen.protocol?);
        let known = self.encoded.as_ref().is_some_and(|known| known.picture == frame.picture);
        if known || self.encoding {
            return None;
        }
        self.encoding = true;
        let id = FIRST_ID + self.used;
        self.used = (self.used + 1) % 128;
        Some(EncodeJob { picture: frame.picture, protocol, id, most: self.most })
    }

    pub fn take(&mut self, encoded: EncodedPicture) {
        self.encoding = false;
        self.screen.ready = encoded
            .sequence
            .is_some()
            .then(|| ReadyPicture { picture: encoded.picture.clone(), id: encoded.id });
        self.encoded = Some(encoded);
    }

    /// Whatever was on the screen is not any more: the terminal was cleared or is given away.
    pub fn forget(&mut self, out: &mut impl Write) -> io::Result<()> {
        self.sent = None;
        out.write_all(farewell().as_bytes())
    }
}

/// Takes from the terminal what it keeps of our pictures. Safe from any thread.
pub fn farewell() -> String {
    match KEPT.swap(0, Ordering::SeqCst) {
        0 => String::new(),
        // A sequence that was cut by a panic is ended first.
        id => format!("\x1b\\{}", deletion(id)),
    }
}

#[cfg(test)]
mod tests;
