//! Takes numbers of a fixed width out of bytes; what is beyond the end is `None`.

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

pub fn u16_le(bytes: &[u8], at: usize) -> Option<u16> {
    array(bytes, at).map(u16::from_le_bytes)
}

pub fn u32_le(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_le_bytes)
}

pub fn u64_le(bytes: &[u8], at: usize) -> Option<u64> {
    array(bytes, at).map(u64::from_le_bytes)
}

pub fn u16_be(bytes: &[u8], at: usize) -> Option<u16> {
    array(bytes, at).map(u16::from_be_bytes)
}

pub fn u32_be(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_be_bytes)
}

pub fn u64_be(bytes: &[u8], at: usize) -> Option<u64> {
    array(bytes, at).map(u64::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_within_the_bytes_or_none() {
        let bytes = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        assert_eq!(u16_le(&bytes, 7), Some(0x0908));
        assert_eq!(u16_be(&bytes, 8), None);
        assert_eq!(u32_le(&bytes, 0), Some(0x0403_0201));
        assert_eq!(u32_be(&bytes, 5), Some(0x0607_0809));
        assert_eq!(u64_le(&bytes, 1), Some(0x0908_0706_0504_0302));
        assert_eq!(u64_be(&bytes, 2), None);
        assert_eq!(u64_be(&bytes, usize::MAX), None);
    }
}
