//! Parses the flag that names a server's URL; a refusal does not quote the value, which may hold a
//! password.

use std::ffi::OsStr;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};

use crate::domain::endpoint::Endpoint;

#[derive(Clone, Copy, Debug)]
pub struct EndpointFlag;

impl TypedValueParser for EndpointFlag {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, Error> {
        let read = value.to_str().ok_or_else(|| "it is not UTF-8".to_owned());
        match read.and_then(|text| Endpoint::parse(text).map(|_| text.trim().to_owned())) {
            Ok(text) => Ok(text),
            Err(why) => {
                let flag = argument.and_then(Arg::get_long).unwrap_or("endpoint-url");
                let told = format!("--{flag} names no server: {why}\n");
                Err(Error::raw(ErrorKind::ValueValidation, told).with_cmd(command))
            }
        }
    }
}
