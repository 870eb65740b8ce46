//! Declares an enum together with the list of all that it has.

/// Writes `ALL` for an enum without fields, in the order in which its variants stand.
macro_rules! listed {
    ($(#[$outer:meta])* $vis:vis enum $name:ident {
        $($(#[$inner:meta])* $variant:ident),* $(,)?
    }) => {
        $(#[$outer])*
        $vis enum $name {
            $($(#[$inner])* $variant),*
        }

        impl $name {
            /// In the order in which they are declared.
            $vis const ALL: [$name; [$($name::$variant),*].len()] = [$($name::$variant),*];
        }
    };
}

pub(crate) use listed;
