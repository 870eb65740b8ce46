//! Defines the flags that say how a stream of unknown length is cut into parts.

use clap::Args;

use crate::domain::parts::{Growing, PartLimits};
use crate::domain::units::{Size, parse_size};

/// Without a flag parts begin small and grow, so that memory is small and 5 TiB fit.
#[derive(Clone, Copy, Debug, Default, Args)]
#[group(multiple = false)]
pub struct PartFlags {
    /// With -: cut the stream into parts of this size, about two of which are held in memory: 64MiB
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub part_size: Option<u64>,
    /// With -: about how long the stream will be, where that is above 312 GiB on R2 or 5 TiB
    /// elsewhere: 2TiB
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub expected_size: Option<u64>,
}

impl PartFlags {
    pub fn are_given(self) -> bool {
        self.part_size.is_some() || self.expected_size.is_some()
    }

    /// The sizes of the parts, or a sentence that says which would do.
    pub fn sizes(self, limits: PartLimits) -> Result<Growing, String> {
        let (least, most) = (Size(limits.smallest()), Size(limits.largest()));
        match (self.part_size, self.expected_size) {
            (Some(size), _) => Growing::fixed(size, limits)
                .ok_or_else(|| format!("parts are {least} to {most} here: {} is not", Size(size))),
            (None, Some(bytes)) => Growing::expecting(bytes, limits)
                .ok_or_else(|| format!("no object can have {} here", Size(bytes))),
            (None, None) => Ok(Growing::new(limits)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_server_takes_is_refused_with_what_it_would_take() {
        let sizes = |part_size, expected_size| {
            PartFlags { part_size, expected_size }.sizes(PartLimits::default())
        };
        assert_eq!(sizes(None, None), Ok(Growing::new(PartLimits::default())));
        assert!(sizes(Some(1), None).unwrap_err().contains("5.0 MiB to 5.0 GiB"));
        assert!(sizes(None, Some(u64::MAX)).is_err());
        assert!(sizes(None, Some(5 << 40)).is_ok());
    }
}
