//! Holds the files of `assets/demo`, compiled in.

pub struct Sample {
    pub folder: &'static str,
    pub name: &'static str,
    pub content_type: &'static str,
    pub bytes: &'static [u8],
}

macro_rules! sample {
    ($folder:literal, $name:literal, $content_type:literal) => {
        Sample {
            folder: $folder,
            name: $name,
            content_type: $content_type,
            bytes: include_bytes!(concat!("../../../assets/demo/", $name)),
        }
    };
}

pub const SAMPLES: &[Sample] = &[
    sample!("", "welcome.md", "text/markdown; charset=utf-8"),
    sample!("documents/", "notes.txt", "text/plain; charset=utf-8"),
    sample!("documents/", "leaflet.pdf", "application/pdf"),
    sample!("data/", "planets.json", "application/json"),
    sample!("data/", "harbour.csv", "text/csv; charset=utf-8"),
    sample!("pictures/", "sunset.png", "image/png"),
    sample!("pictures/", "hills.png", "image/png"),
    sample!("pictures/", "logo.svg", "image/svg+xml"),
    sample!("archives/", "site.tar.gz", "application/gzip"),
    sample!("archives/", "notes.zip", "application/zip"),
    sample!("site/", "index.html", "text/html; charset=utf-8"),
    sample!("site/", "style.css", "text/css"),
    sample!("site/", "app.js", "text/javascript"),
];
