//! Keeps what the user wrote above a part of a TOML text that is taken out.

use toml_edit::{DocumentMut, Item, Table};

/// The empty lines and comments above a section.
pub fn above(section: &Table) -> String {
    let prefix = section.decor().prefix().and_then(|prefix| prefix.as_str());
    prefix.unwrap_or_default().to_owned()
}

/// Puts comments above the first section behind a position, else at the end; `None` is the head of
/// the file.
pub fn hand_on(document: &mut DocumentMut, position: Option<isize>, said: &str) {
    if !said.contains('#') {
        return;
    }
    let mut next = None;
    each_section(document.as_table_mut(), &mut |section| {
        let follows = section.position() > position;
        if follows && next.is_none_or(|next| section.position() < next) {
            next = Some(section.position());
        }
    });
    let Some(next) = next else {
        let trailing = document.trailing().as_str().unwrap_or_default().to_owned();
        return document.set_trailing(format!("{said}{trailing}"));
    };
    each_section(document.as_table_mut(), &mut |section| {
        if section.position() == next {
            let both = format!("{said}{}", above(section));
            section.decor_mut().set_prefix(both);
        }
    });
}

/// Takes a value out of the head of a file; what stands above it goes above what follows.
pub fn remove_value(document: &mut DocumentMut, name: &str) {
    let table = document.as_table_mut();
    let Some(key) = table.key(name) else { return };
    let prefix = key.leaf_decor().prefix().and_then(|prefix| prefix.as_str());
    let said = prefix.unwrap_or_default().to_owned();
    let values = table.iter().filter(|(_, item)| item.is_value()).map(|(name, _)| name.to_owned());
    let next = values.skip_while(|each| each != name).nth(1);
    table.remove(name);
    let Some(mut next) = next.as_deref().and_then(|next| table.key_mut(next)) else {
        return hand_on(document, None, &said);
    };
    let decor = next.leaf_decor_mut();
    let own = decor.prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default().to_owned();
    decor.set_prefix(format!("{said}{own}"));
}

/// Visits the sections that have a head of their own in the text.
fn each_section(table: &mut Table, visit: &mut dyn FnMut(&mut Table)) {
    for (_, item) in table.iter_mut() {
        let sections: Vec<&mut Table> = match item {
            Item::Table(section) => vec![section],
            Item::ArrayOfTables(sections) => sections.iter_mut().collect(),
            _ => Vec::new(),
        };
        for section in sections {
            if !section.is_implicit() && !section.is_dotted() {
                visit(section);
            }
            each_section(section, visit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_above_a_value_goes_above_what_follows_it() {
        let removed = |text: &str| {
            let mut document: DocumentMut = text.parse().unwrap();
            remove_value(&mut document, "a");
            document.to_string()
        };
        assert_eq!(removed("# mine\na = 1\n\n# s\n[s]\nb = 2\n"), "# mine\n\n# s\n[s]\nb = 2\n");
        assert_eq!(removed("# mine\na = 1\n# two\nb = 2\n[s]\n"), "# mine\n# two\nb = 2\n[s]\n");
        assert_eq!(removed("# mine\na = 1\n"), "# mine\n");
        assert_eq!(removed("a = 1\n[s]\n"), "[s]\n");
        assert_eq!(removed("[s]\na = 1\n"), "[s]\na = 1\n");
    }
}
