//! Vaccine products by number (`docs/FORMAT.md` section 2.1), with the names of the EU value sets.

/// A product's names as rules see them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Product {
    /// The product's number in codes.
    pub number: u16,
    /// Vaccine or prophylaxis (`vp`).
    pub prophylaxis: &'static str,
    /// Medicinal product (`mp`), also the name in people files.
    pub name: &'static str,
    /// Marketing authorisation holder (`ma`).
    pub holder: &'static str,
}

/// All listed products, by number.
pub const PRODUCTS: [Product; 10] = [
    product(1, "J07BX03", "CoronaVac", "Sinovac-Biotech"),
    product(2, "J07BX03", "BBIBP-CorV", "ORG-100020693"),
    product(3, "J07BX03", "Inactivated-SARS-CoV-2-Vero-Cell", "ORG-100020693"),
    product(4, "J07BX03", "Convidecia", "ORG-100013793"),
    product(5, "1119349007", "EU/1/20/1528", "ORG-100030215"),
    product(6, "1119349007", "EU/1/20/1507", "ORG-100031184"),
    product(7, "J07BX03", "EU/1/21/1529", "ORG-100001699"),
    product(8, "J07BX03", "EU/1/20/1525", "ORG-100001417"),
    product(9, "J07BX03", "Sputnik-V", "Gamaleya-Research-Institute"),
    product(10, "J07BX03", "Covaxin", "Bharat-Biotech"),
];

/// The product of a number.
pub fn by_number(number: u16) -> Option<&'static Product> {
    PRODUCTS.get(usize::from(number.checked_sub(1)?))
}

/// The product of a name (`mp`).
pub fn by_name(name: &str) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.name == name)
}

const fn product(number: u16, prophylaxis: &'static str, name: &'static str, holder: &'static str) -> Product {
    Product {
        number,
        prophylaxis,
        name,
        holder,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_places() {
        for product in &PRODUCTS {
            assert_eq!(by_number(product.number), Some(product));
            assert_eq!(by_name(product.name), Some(product));
        }
        assert_eq!((by_number(0), by_number(11), by_name("")), (None, None, None));
    }
}
