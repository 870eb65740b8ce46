//! The panes: what each shows, and what keys do in it.

pub mod buckets;
pub mod connecting;
pub mod details;
pub mod job_details;
pub mod leaving;
pub mod objects;
pub mod places;
pub mod preview;
pub mod side;
pub mod subject;
pub mod transfers;
