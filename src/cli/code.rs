//! Asks on the terminal for the code of an MFA device.

use std::io::{self, BufRead, IsTerminal};

use tokio::task::spawn_blocking;

use crate::cli::print::VerbError;
use crate::config::connection::Connection;
use crate::config::secret::Secret;
use crate::config::stderr;
use crate::domain::error::{ASSUME_ROLE, Error, ErrorKind};
use crate::domain::settings::mfa::DeviceCode;
use crate::s3::sdk::role::{give_code, wants_code};

/// Asks where the connection needs one and somebody is there; else its first request says what it
/// needs.
pub async fn ask(connection: &Connection) -> Result<(), Error> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(());
    }
    let Some(device) = wants_code(connection) else { return Ok(()) };
    let lost = |why: String| Error::new(ErrorKind::CodeWanted, ASSUME_ROLE, &*device).detail(why);
    let question = format!("code of {device}: ");
    let typed = spawn_blocking(move || read_line(&question)).await;
    let typed = typed.map_err(|error| lost(error.to_string()))?;
    let line = typed.map_err(|error| lost(error.to_string()))?;
    let digits: String = line.chars().filter(char::is_ascii_digit).collect();
    give_code(connection, &Secret::new(digits)).await
}

/// The device and the code for MFA delete, from whoever is there.
///
/// # Errors
/// `Usage` where nobody is, or where it is no code.
pub async fn ask_device() -> Result<DeviceCode, VerbError> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        let why = "MFA delete needs the code of a device: add --mfa \"SERIAL CODE\"";
        return Err(VerbError::Usage(why.to_owned()));
    }
    let question = "serial number or ARN of the MFA device, and its code: ";
    let typed = spawn_blocking(move || read_line(question)).await;
    let line = typed.map_err(io::Error::other)??;
    DeviceCode::parse(&line).map_err(VerbError::Usage)
}

fn read_line(question: &str) -> io::Result<String> {
    stderr::question(question)?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(line)
}
