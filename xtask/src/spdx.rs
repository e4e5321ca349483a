//! Licence expressions, as far as packages use them (SPDX 2.3, annex D).

/// Whether a package under `expression` may be used when `allowed` says so of each single licence:
/// one side of an OR is enough, both sides of an AND are needed. An exception (WITH) only ever
/// permits more, so it is judged by the licence it is added to.
///
/// # Errors
/// When the text is not an expression.
pub fn permits(expression: &str, allowed: &dyn Fn(&str) -> bool) -> Result<bool, String> {
    let tokens = tokens(expression);
    let mut parser = Parser {
        tokens: &tokens,
        at: 0,
        allowed,
    };
    let permitted = parser.alternatives()?;
    match parser.peek() {
        None => Ok(permitted),
        Some(token) => Err(format!("'{token}' is not expected in '{expression}'")),
    }
}

/// The words and signs of an expression. Old manifests write a slash for OR.
fn tokens(expression: &str) -> Vec<String> {
    expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ")
        .split_whitespace()
        .map(str::to_owned)
        .collect()
}

struct Parser<'a> {
    tokens: &'a [String],
    at: usize,
    allowed: &'a dyn Fn(&str) -> bool,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&str> {
        self.tokens.get(self.at).map(String::as_str)
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.peek() == Some(word);
        self.at += usize::from(found);
        found
    }

    fn alternatives(&mut self) -> Result<bool, String> {
        let mut permitted = self.conjunction()?;
        while self.take("OR") {
            permitted |= self.conjunction()?;
        }
        Ok(permitted)
    }

    fn conjunction(&mut self) -> Result<bool, String> {
        let mut permitted = self.single()?;
        while self.take("AND") {
            permitted &= self.single()?;
        }
        Ok(permitted)
    }

    fn single(&mut self) -> Result<bool, String> {
        if self.take("(") {
            let permitted = self.alternatives()?;
            return if self.take(")") {
                Ok(permitted)
            } else {
                Err("a parenthesis is not closed".to_owned())
            };
        }
        let licence = match self.peek() {
            None | Some("OR" | "AND" | "WITH" | ")") => {
                return Err("a licence is missing".to_owned());
            }
            Some(licence) => licence.to_owned(),
        };
        self.at += 1;
        if self.take("WITH") {
            self.at += 1;
        }
        Ok((self.allowed)(&licence))
    }
}

#[cfg(test)]
mod tests {
    use super::permits;

    fn with_mit_and_zlib(expression: &str) -> Result<bool, String> {
        permits(expression, &|licence| matches!(licence, "MIT" | "Zlib"))
    }

    #[test]
    fn one_allowed_alternative_is_enough() {
        assert_eq!(with_mit_and_zlib("GPL-3.0-only OR MIT"), Ok(true));
        assert_eq!(with_mit_and_zlib("GPL-3.0-only/MIT"), Ok(true));
        assert_eq!(
            with_mit_and_zlib("GPL-3.0-only OR LGPL-3.0-only"),
            Ok(false)
        );
    }

    #[test]
    fn every_part_of_a_conjunction_must_be_allowed() {
        assert_eq!(with_mit_and_zlib("MIT AND Zlib"), Ok(true));
        assert_eq!(with_mit_and_zlib("MIT AND GPL-3.0-only"), Ok(false));
    }

    #[test]
    fn and_binds_tighter_than_or_unless_parentheses_say_otherwise() {
        assert_eq!(with_mit_and_zlib("MIT OR Zlib AND GPL-3.0-only"), Ok(true));
        assert_eq!(
            with_mit_and_zlib("(MIT OR Zlib) AND GPL-3.0-only"),
            Ok(false)
        );
    }

    #[test]
    fn an_exception_is_judged_by_its_licence() {
        assert_eq!(with_mit_and_zlib("MIT WITH LLVM-exception"), Ok(true));
        assert_eq!(
            with_mit_and_zlib("GPL-2.0 WITH Classpath-exception-2.0 AND MIT"),
            Ok(false)
        );
    }

    #[test]
    fn what_is_no_expression_is_an_error() {
        for text in ["", "MIT OR", "(MIT", "MIT Zlib", "AND MIT"] {
            assert!(with_mit_and_zlib(text).is_err(), "{text}");
        }
    }
}
