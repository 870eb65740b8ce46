//! Keeps a file's modification time and permissions in the object's user metadata.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::domain::object::ObjectHead;

/// As rclone names them.
pub const TIME: &str = "mtime";
pub const MODE: &str = "mode";

/// As storage gateways and DataSync name the permissions.
const PERMISSIONS: &str = "file-permissions";

/// The kind of file in a mode, and that of a regular file.
const KIND: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;

const NANOS: u32 = 1_000_000_000;

/// Seconds since 1970 with nanoseconds, as rclone writes `x-amz-meta-mtime`.
pub fn time_text(time: SystemTime) -> String {
    let text = |time: Duration| format!("{}.{:09}", time.as_secs(), time.subsec_nanos());
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => text(after),
        Err(before) => format!("-{}", text(before.duration())),
    }
}

/// Reads what [`time_text`] and others write; `None` where it is no time.
pub fn parse_time(text: &str) -> Option<SystemTime> {
    let text = text.trim();
    let (before, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(seconds) || !digits(fraction) {
        return None;
    }
    let nanos: u32 = format!("{fraction:0<9}")[..9].parse().ok().filter(|nanos| *nanos < NANOS)?;
    let distance = Duration::new(seconds.parse().ok()?, nanos);
    if before { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) }
}

/// The mode in octal with the kind of a regular file, as rclone writes it. Who runs a program as
/// somebody else is no matter of its bytes: setuid, setgid and sticky are left out.
pub fn mode_text(mode: u32) -> String {
    format!("{:o}", REGULAR | (mode & 0o777))
}

/// Permission bits: reads octal with a kind (rclone), decimal with a kind (s3fs) and bare octal
/// permissions. Never setuid, setgid or sticky; `None` where it is no mode of a regular file.
pub fn parse_mode(text: &str) -> Option<u32> {
    let text = text.trim();
    let of_file = |mode: &u32| mode & KIND == REGULAR;
    let octal = u32::from_str_radix(text, 8).ok();
    let mode = octal
        .filter(of_file)
        .or_else(|| text.parse().ok().filter(of_file))
        .or_else(|| octal.filter(|mode| *mode <= 0o7777 && text.len() >= 3))?;
    Some(mode & 0o777)
}

/// When the file was last modified, as kept with the object.
pub fn kept_time(head: &ObjectHead) -> Option<SystemTime> {
    head.user_metadata.get(TIME).and_then(|text| parse_time(text))
}

pub fn kept_mode(head: &ObjectHead) -> Option<u32> {
    let text = head.user_metadata.get(MODE).or_else(|| head.user_metadata.get(PERMISSIONS))?;
    parse_mode(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_back_to_the_nanosecond() {
        let distance = Duration::new(1_790_000_000, 123_456_789);
        for (time, text) in [
            (UNIX_EPOCH + distance, "1790000000.123456789"),
            (UNIX_EPOCH - distance, "-1790000000.123456789"),
            (UNIX_EPOCH - Duration::from_millis(500), "-0.500000000"),
        ] {
            assert_eq!(time_text(time), text);
            assert_eq!(parse_time(text), Some(time));
        }
        assert_eq!(parse_time("17.5"), Some(UNIX_EPOCH + Duration::from_millis(17_500)));
        assert_eq!(parse_time("17.0000000009"), Some(UNIX_EPOCH + Duration::from_secs(17)));
        for wrong in ["2026-01-01", "", "--1", "1.+5", "1e9", "99999999999999999999", "é"] {
            assert_eq!(parse_time(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn permissions_are_read_in_every_form_that_others_write() {
        assert_eq!(mode_text(0o104_755), "100755");
        for (text, mode) in [
            ("100644", 0o644),
            ("0100600", 0o600),
            ("33188", 0o644),
            ("33152", 0o600),
            ("0644", 0o644),
            ("755", 0o755),
        ] {
            assert_eq!(parse_mode(text), Some(mode), "{text}");
        }
        assert_eq!(parse_mode("106777"), Some(0o777), "neither setuid nor setgid");
        assert_eq!(parse_mode("36351"), Some(0o777), "nor where s3fs wrote them");
        for wrong in ["", "7", "rwxr-xr-x", "16877", "120777", "99999999999"] {
            assert_eq!(parse_mode(wrong), None, "{wrong}");
        }
    }
}
