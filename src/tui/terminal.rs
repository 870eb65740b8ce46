//! Takes the terminal, and gives it back as it was on every way out.

use std::io::{self, BufWriter, Stdout, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::layout::{Position, Rect};
use ratatui::{Frame, Terminal};

use crate::app::spot::Spots;
use crate::tui::pictures::encode::{EncodeJob, EncodedPicture};
use crate::tui::pictures::{Pictures, farewell};
use crate::ui::DrawnFrame;
use crate::ui::picture_screen::PictureScreen;

/// Alternate screen, bracketed paste, clicks and wheel with SGR coordinates, hidden cursor. Motion
/// is not asked for, because every movement would wake the program. The whole screen is cleared: a
/// terminal may have no alternate screen (the Linux console, tmux with `alternate-screen off`), or
/// still show what a killed program left there, with its colours and its scroll region.
const TAKE: &str =
    "\x1b[?1049h\x1b[?2004h\x1b[?1000h\x1b[?1006h\x1b[?25l\x1b[0m\x1b[r\x1b[H\x1b[2J";

/// The reverse of [`TAKE`], in the reverse order, with attributes reset. Without an alternate
/// screen, the panes would stay under the prompt.
const GIVE_BACK: &str = "\x1b[0m\x1b[H\x1b[2J\x1b[?25h\x1b[?1006l\x1b[?1000l\x1b[?2004l\x1b[?1049l";

/// A frame is shown as a whole by terminals that know mode 2026; others ignore it.
const BEGIN_FRAME: &str = "\x1b[?2026h";
const END_FRAME: &str = "\x1b[?2026l";

/// Whether the terminal is ours. Global because any thread may have to give it back after a panic.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Bytes of a full frame of a large terminal, so that a frame is one write.
const FRAME_BYTES: usize = 256 << 10;

type Out = BufWriter<Stdout>;

pub struct Screen {
    terminal: Terminal<CrosstermBackend<Out>>,
    pictures: Pictures,
}

impl Screen {
    /// Takes the terminal.
    pub fn take(pictures: Pictures) -> io::Result<Screen> {
        enter()?;
        let out = BufWriter::with_capacity(FRAME_BYTES, io::stdout());
        match Terminal::new(CrosstermBackend::new(out)) {
            Ok(terminal) => {
                let mut screen = Screen { terminal, pictures };
                screen.measure();
                Ok(screen)
            }
            Err(error) => {
                give_back();
                Err(error)
            }
        }
    }

    /// Columns and rows.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        self.terminal.size().map(|size| (size.width, size.height))
    }

    /// Draws a frame; gives what is to be encoded for it, too.
    pub fn draw(
        &mut self,
        paint: impl FnOnce(&PictureScreen, &mut Frame<'_>) -> DrawnFrame,
    ) -> io::Result<(Spots, Option<EncodeJob>)> {
        self.out().write_all(BEGIN_FRAME.as_bytes())?;
        self.terminal.autoresize()?;
        let DrawnFrame { spots, picture } =
            paint(self.pictures.screen(), &mut self.terminal.get_frame());
        self.pictures.before(picture.as_ref(), self.terminal.backend_mut())?;
        self.terminal.flush()?;
        // Not by the terminal of ratatui: that shows the cursor again where it is dropped, and
        // panics where it cannot say that the window is gone.
        self.out().hide_cursor()?;
        self.terminal.swap_buffers();
        self.pictures.after(picture.as_ref(), self.terminal.backend_mut())?;
        self.out().write_all(END_FRAME.as_bytes())?;
        Write::flush(self.out())?;
        Ok((spots, self.pictures.job(picture)))
    }

    /// Takes a picture that was encoded; the next frame shows it.
    pub fn take_picture(&mut self, encoded: EncodedPicture) {
        self.pictures.take(encoded);
    }

    fn measure(&mut self) {
        // A terminal that does not say how large its cells are has cells like most.
        if let Ok(size) = self.terminal.backend_mut().window_size() {
            let cells = (size.columns_rows.width, size.columns_rows.height);
            self.pictures.measure(cells, (size.pixels.width, size.pixels.height));
        }
    }

    /// Clears the screen; the next drawing paints every cell.
    pub fn forget(&mut self) -> io::Result<()> {
        // `Terminal::clear` would ask the terminal where its cursor is, and the answer would reach
        // the input.
        let size = self.terminal.size()?;
        self.measure();
        self.pictures.forget(self.terminal.backend_mut())?;
        self.terminal.resize(Rect::from((Position::ORIGIN, size)))
    }

    /// Sends a control sequence between two frames.
    pub fn send(&mut self, sequence: &str) -> io::Result<()> {
        self.out().write_all(sequence.as_bytes())?;
        Write::flush(self.out())
    }

    /// Gives the terminal back for a while.
    pub fn release(&mut self) -> io::Result<()> {
        Write::flush(self.out())?;
        give_back();
        Ok(())
    }

    /// Takes it again, whatever state it is in.
    pub fn retake(&mut self) -> io::Result<()> {
        enter()?;
        self.forget()
    }

    fn out(&mut self) -> &mut CrosstermBackend<Out> {
        self.terminal.backend_mut()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = Write::flush(self.out());
        give_back();
    }
}

fn enter() -> io::Result<()> {
    // Raw mode that is on already is not set again, but a shell may have changed the terminal
    // meanwhile.
    disable_raw_mode()?;
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    write_out(TAKE)
}

/// Gives the terminal back if it is ours; does nothing otherwise. Safe from any thread and from a
/// panic.
pub fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        // Nothing can be said where the terminal cannot be written.
        let _ = write_out(&farewell());
        let _ = write_out(GIVE_BACK);
        let _ = disable_raw_mode();
    }
}

/// Past the buffer of stdout, which a panicking thread may hold.
fn write_out(sequence: &str) -> io::Result<()> {
    let mut rest = sequence.as_bytes();
    while !rest.is_empty() {
        let written = rustix::io::write(rustix::stdio::stdout(), rest)?;
        rest = &rest[written.min(rest.len())..];
    }
    Ok(())
}
