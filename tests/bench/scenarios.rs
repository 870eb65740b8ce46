//! What is measured, with whom, and what is aimed at.

use crate::load::Panel;
use crate::tools::Tool;

/// What of a run is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// Beside the base of the scenario, median of the rounds.
    Wall,
    Cpu,
    /// MiB, the most of any round.
    Memory,
}

#[derive(Clone, Copy, Debug)]
pub struct Aim {
    pub name: &'static str,
    pub figure: Figure,
    pub most: f64,
}

#[derive(Clone, Copy, Debug)]
pub enum Size {
    One(u64),
    Many {
        count: u64,
        bytes: u64,
    },
    /// So many keys, which are only listed.
    Listed(u64),
}

#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    pub name: &'static str,
    pub title: &'static str,
    pub panel: Panel,
    pub up: bool,
    pub size: Size,
    pub tools: &'static [Tool],
    /// Whose figures are 1; of several the best in each round.
    pub base: &'static [Tool],
    pub aims: &'static [Aim],
    /// The objects have an ETag and no checksum, as most but AWS keep them.
    pub bare: bool,
    /// Only where it is asked for by name.
    pub rare: bool,
    /// So many would take in proportion longer; what that comes to is told as an estimate.
    pub sample_of: Option<u64>,
}

const GIB: u64 = 1 << 30;
const EVERYBODY: &[Tool] = &[Tool::Windlass, Tool::S5cmd, Tool::Rclone, Tool::Aws];
const DEFAULTS: &[Tool] = &[Tool::S5cmd];
const MILLION: Size = Size::Listed(1_000_000);
const SMALL: Size = Size::Many { count: 2000, bytes: 64 << 10 };

const fn aim(name: &'static str, figure: Figure, most: f64) -> Aim {
    Aim { name, figure, most }
}

const BASIC: Scenario = Scenario {
    name: "",
    title: "",
    panel: Panel::Plain,
    up: false,
    size: Size::One(GIB),
    tools: EVERYBODY,
    base: DEFAULTS,
    aims: &[],
    bare: false,
    rare: false,
    sample_of: None,
};

pub const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "down",
        title: "1 GiB down",
        aims: &[
            aim("D1", Figure::Wall, 0.95),
            aim("D1", Figure::Cpu, 0.70),
            aim("D1", Figure::Memory, 48.0),
        ],
        ..BASIC
    },
    // Of any number of keys no more than 64 MiB of pages wait for their turn.
    Scenario {
        name: "keys",
        title: "1,000,000 keys listed",
        size: MILLION,
        tools: &[Tool::Windlass, Tool::S5cmd, Tool::Rclone],
        aims: &[aim("L1", Figure::Cpu, 0.05), aim("memory", Figure::Memory, 128.0)],
        ..BASIC
    },
    Scenario {
        name: "keys-sample",
        title: "100,000 keys listed, as a sample of 1,000,000 for what takes minutes",
        size: Size::Listed(100_000),
        sample_of: Some(1_000_000),
        ..BASIC
    },
    Scenario {
        name: "keys-wan",
        title: "1,000,000 keys listed, 60 ms a page; of requests 1,350 at most",
        panel: Panel::Wan,
        size: MILLION,
        tools: &[Tool::Windlass, Tool::S5cmd],
        aims: &[aim("L2", Figure::Wall, 0.10)],
        rare: true,
        ..BASIC
    },
    Scenario {
        name: "down-tls",
        title: "1 GiB down over TLS",
        panel: Panel::Tls,
        aims: &[aim("D2", Figure::Wall, 1.0), aim("D2", Figure::Cpu, 0.90)],
        ..BASIC
    },
    Scenario {
        name: "down-wan",
        title: "1 GiB down, 30 ms a request, 85 MiB/s a connection",
        panel: Panel::Wan,
        tools: &[Tool::Windlass, Tool::S5cmdTuned, Tool::RcloneTuned, Tool::S5cmd],
        base: &[Tool::S5cmdTuned, Tool::RcloneTuned],
        aims: &[aim("D3", Figure::Wall, 1.1)],
        ..BASIC
    },
    Scenario {
        name: "up",
        title: "1 GiB up",
        up: true,
        aims: &[
            aim("U1", Figure::Wall, 0.45),
            aim("U1", Figure::Cpu, 0.35),
            aim("U2", Figure::Memory, 64.0),
        ],
        ..BASIC
    },
    Scenario {
        name: "up-wan",
        title: "1 GiB up, 30 ms a request, 85 MiB/s a connection",
        panel: Panel::Wan,
        up: true,
        tools: &[Tool::Windlass, Tool::S5cmdTuned, Tool::S5cmd],
        ..BASIC
    },
    Scenario {
        name: "small-down",
        title: "2,000 x 64 KiB down",
        size: SMALL,
        aims: &[
            aim("S1", Figure::Cpu, 0.60),
            aim("S1", Figure::Wall, 0.60),
            aim("S1", Figure::Memory, 32.0),
        ],
        ..BASIC
    },
    Scenario {
        name: "small-down-bare",
        title: "2,000 x 64 KiB down, checked by MD5",
        size: SMALL,
        tools: &[Tool::Windlass, Tool::S5cmd],
        bare: true,
        rare: true,
        ..BASIC
    },
    Scenario {
        name: "down-bare",
        title: "1 GiB down, nothing to check it by",
        tools: &[Tool::Windlass, Tool::S5cmd],
        bare: true,
        rare: true,
        ..BASIC
    },
    Scenario {
        name: "small-up",
        title: "2,000 x 64 KiB up",
        up: true,
        size: SMALL,
        aims: &[
            aim("S2", Figure::Cpu, 0.40),
            aim("S2", Figure::Wall, 0.50),
            aim("S2", Figure::Memory, 32.0),
        ],
        ..BASIC
    },
    Scenario {
        name: "small-down-wan",
        title: "2,000 x 64 KiB down, 30 ms a request",
        panel: Panel::Wan,
        size: SMALL,
        tools: &[Tool::Windlass, Tool::S5cmd, Tool::Rclone],
        aims: &[aim("S3", Figure::Wall, 0.9)],
        ..BASIC
    },
    Scenario {
        name: "small-up-wan",
        title: "2,000 x 64 KiB up, 30 ms a request",
        panel: Panel::Wan,
        up: true,
        size: SMALL,
        tools: &[Tool::Windlass, Tool::S5cmd, Tool::Rclone],
        aims: &[aim("S4", Figure::Wall, 0.9)],
        ..BASIC
    },
    Scenario {
        name: "huge-down",
        title: "8 GiB down: memory as for 1 GiB",
        size: Size::One(8 * GIB),
        tools: &[Tool::Windlass, Tool::S5cmd],
        aims: &[aim("memory", Figure::Memory, 48.0)],
        rare: true,
        ..BASIC
    },
    Scenario {
        name: "huge-up",
        title: "8 GiB up: memory as for 1 GiB",
        up: true,
        size: Size::One(8 * GIB),
        tools: &[Tool::Windlass, Tool::S5cmd],
        aims: &[aim("memory", Figure::Memory, 64.0)],
        rare: true,
        ..BASIC
    },
    Scenario {
        name: "many-down",
        title: "100,000 x 100 bytes down: memory as for 2,000",
        size: Size::Many { count: 100_000, bytes: 100 },
        tools: &[Tool::Windlass, Tool::S5cmd],
        aims: &[
            aim("S5", Figure::Cpu, 0.40),
            aim("S5", Figure::Wall, 0.60),
            aim("memory", Figure::Memory, 48.0),
        ],
        rare: true,
        ..BASIC
    },
    Scenario {
        name: "many-up",
        title: "100,000 x 100 bytes up: memory as for 2,000",
        up: true,
        size: Size::Many { count: 100_000, bytes: 100 },
        tools: &[Tool::Windlass, Tool::S5cmd],
        aims: &[aim("memory", Figure::Memory, 48.0)],
        rare: true,
        ..BASIC
    },
];
