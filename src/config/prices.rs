//! Reads the user's own prices, which come before the built-in ones.

use std::fs;
use std::io;
use std::path::Path;

use crate::config::file::line_of;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::price::PriceList;
use crate::domain::toml_faults::explained;

/// The built-in prices alone where there is no file.
///
/// # Errors
/// `Config` where the file is not one of prices.
pub fn read(path: &Path) -> Result<PriceList, Error> {
    match fs::read_to_string(path) {
        Ok(text) => {
            toml::from_str::<PriceList>(&text).map(PriceList::before_built_in).map_err(|error| {
                let line = error.span().map_or(1, |span| line_of(&text, span.start));
                let place = format!("{}:{line}", path.display());
                Error::new(ErrorKind::Config, "read the prices", place)
                    .detail(explained::<PriceList>(&error, &text))
            })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(PriceList::built_in().clone()),
        Err(error) => Err(Error::from_io(&error, "read the prices", path.display())),
    }
}
