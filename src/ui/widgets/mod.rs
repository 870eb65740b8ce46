//! Paints what is given as parameters; a widget keeps nothing.

pub mod breadcrumb;
pub mod difference;
pub mod field;
pub mod frame;
pub mod gauge;
pub mod half_blocks;
pub mod hints;
pub mod notice;
pub mod popup;
pub mod rows;
pub mod sheet;
pub mod sparkline;
pub mod spinner;
