//! Lets a network whose weights have eight bits multiply in eight bits.
//!
//! Packaged networks keep their weights in eight bits and turn them into floats before each product:
//! `MatMul(x, Cast(weights) * scales)`. Processors with dot products of bytes do the same several times faster when `x`
//! is rounded to eight bits, too (ONNX calls that dynamic quantisation). So each of those products becomes
//!
//! ```text
//! DynamicQuantizeLinear(x) → bytes, size, zero
//! Cast(MatMulInteger(bytes, weights, zero)) * (size * scales)
//! ```
//!
//! The file is not read as a whole: an ONNX file is a protocol buffer, and what is not such a product stays byte for byte
//! what it was. Field numbers are those of [onnx.proto](https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).

use std::collections::{BTreeMap, BTreeSet};

/// `ModelProto.graph`
const GRAPH: u64 = 7;
/// `GraphProto.node`
const NODE: u64 = 1;
/// `GraphProto.initializer`
const INITIALIZER: u64 = 5;
/// `NodeProto.input`, `.output`, `.op_type`, `.attribute`
const INPUT: u64 = 1;
const OUTPUT: u64 = 2;
const OP_TYPE: u64 = 4;
const ATTRIBUTE: u64 = 5;
/// `TensorProto.data_type`, `.name`, and the type of signed bytes
const DATA_TYPE: u64 = 2;
const TENSOR_NAME: u64 = 8;
const INT8: u64 = 3;
/// `AttributeProto { name: "to", i: FLOAT, type: INT }`
const TO_FLOAT: &[u8] = &[0x0a, 2, b't', b'o', 0x18, 1, 0xa0, 0x01, 2];

/// Whether this processor adds up products of bytes without losing any: older ones add pairs in sixteen bits, which
/// overflow with weights of full range.
pub(super) fn is_exact_here() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        std::arch::is_x86_feature_detected!("avx512vnni")
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        cfg!(target_arch = "aarch64")
    }
}

/// The model with its products in eight bits; none when it has no product of that kind, or is no model.
pub(super) fn in_eight_bits(model: &[u8]) -> Option<Vec<u8>> {
    let mut changed = false;
    let mut out = Vec::with_capacity(model.len() + 16_384);
    for field in Fields(model) {
        let field = field?;
        match field.bytes {
            Some(graph) if field.number == GRAPH => {
                put(&mut out, GRAPH, &rewritten(graph)?);
                changed = true;
            }
            _ => out.extend_from_slice(field.whole),
        }
    }
    changed.then_some(out)
}

/// A graph with its products replaced; none when it has none to replace.
fn rewritten(graph: &[u8]) -> Option<Vec<u8>> {
    let fields = Fields(graph).collect::<Option<Vec<_>>>()?;
    let of = |number: u64| fields.iter().filter(move |field| field.number == number);
    let nodes = of(NODE)
        .map(|field| Node::read(field.bytes?))
        .collect::<Option<Vec<_>>>()?;
    let bytes: BTreeSet<&str> = of(INITIALIZER)
        .filter_map(|field| signed_bytes(field.bytes?))
        .collect();
    let products = products(&nodes, &bytes);
    if products.is_empty() {
        return None;
    }
    let unused = unused(&nodes, &products);
    let mut out = Vec::with_capacity(graph.len() + 16_384);
    let mut rounded = BTreeSet::new();
    let mut left = nodes.iter();
    for field in &fields {
        let node = if field.number == NODE {
            left.next()
        } else {
            None
        };
        let Some(node) = node else {
            out.extend_from_slice(field.whole);
            continue;
        };
        match node.output().and_then(|name| products.get(name)) {
            Some(product) => product.write(&mut out, &mut rounded),
            None if node.output().is_some_and(|name| unused.contains(name)) => {}
            None => out.extend_from_slice(field.whole),
        }
    }
    Some(out)
}

/// `y = x · (weights as floats * scales)`
struct Product<'a> {
    x: &'a str,
    weights: &'a str,
    scales: &'a str,
    y: &'a str,
}

impl<'a> Product<'a> {
    fn write(&self, out: &mut Vec<u8>, rounded: &mut BTreeSet<&'a str>) {
        let Self {
            x,
            weights,
            scales,
            y,
        } = self;
        let [bytes, size, zero] = ["bytes", "size", "zero"].map(|what| format!("{x}/{what}"));
        let [sums, floats, sizes] = ["sums", "floats", "sizes"].map(|what| format!("{y}/{what}"));
        // Several products read the same: queries, keys and values of one layer.
        if rounded.insert(x) {
            put_node(
                out,
                "DynamicQuantizeLinear",
                &[x],
                &[&bytes, &size, &zero],
                None,
            );
        }
        put_node(
            out,
            "MatMulInteger",
            &[&bytes, weights, &zero],
            &[&sums],
            None,
        );
        put_node(out, "Cast", &[&sums], &[&floats], Some(TO_FLOAT));
        put_node(out, "Mul", &[&size, scales], &[&sizes], None);
        put_node(out, "Mul", &[&floats, &sizes], &[y], None);
    }
}

/// The products with weights among `bytes`, by what they make.
fn products<'a>(nodes: &[Node<'a>], bytes: &BTreeSet<&str>) -> BTreeMap<&'a str, Product<'a>> {
    let made_by: BTreeMap<&str, &Node<'a>> = nodes
        .iter()
        .filter_map(|node| Some((node.output()?, node)))
        .collect();
    let by = |name: &str, kind: &str| made_by.get(name).filter(|node| node.kind == kind);
    let product = |node: &Node<'a>| {
        let [x, factor] = node.inputs[..] else {
            return None;
        };
        let [floats, scales] = by(factor, "Mul")?.inputs[..] else {
            return None;
        };
        let [weights] = by(floats, "Cast")?.inputs[..] else {
            return None;
        };
        let y = node.output()?;
        let of_bytes = node.kind == "MatMul" && bytes.contains(weights);
        of_bytes.then_some((
            y,
            Product {
                x,
                weights,
                scales,
                y,
            },
        ))
    };
    nodes.iter().filter_map(product).collect()
}

/// What only products that are replaced read: the weights as floats would fill memory for nobody.
fn unused<'a>(nodes: &[Node<'a>], products: &BTreeMap<&str, Product<'_>>) -> BTreeSet<&'a str> {
    let mut unused = BTreeSet::new();
    loop {
        let gone = |node: &Node<'_>| {
            let name = node.output();
            name.is_some_and(|name| products.contains_key(name) || unused.contains(name))
        };
        let read: BTreeSet<&str> = nodes
            .iter()
            .filter(|node| !gone(node))
            .flat_map(|node| node.inputs.iter().copied())
            .chain(products.values().map(|product| product.x))
            .collect();
        let more: Vec<&'a str> = nodes
            .iter()
            .filter(|node| matches!(node.kind, "Mul" | "Cast") && !gone(node))
            .filter_map(Node::output)
            .filter(|name| !read.contains(name))
            .collect();
        if more.is_empty() {
            return unused;
        }
        unused.extend(more);
    }
}

/// What is read of a node.
struct Node<'a> {
    inputs: Vec<&'a str>,
    outputs: Vec<&'a str>,
    kind: &'a str,
}

impl<'a> Node<'a> {
    fn read(node: &'a [u8]) -> Option<Self> {
        let (mut inputs, mut outputs, mut kind) = (Vec::new(), Vec::new(), "");
        for field in Fields(node) {
            let field = field?;
            match field.number {
                INPUT => inputs.push(field.text()?),
                OUTPUT => outputs.push(field.text()?),
                OP_TYPE => kind = field.text()?,
                _ => {}
            }
        }
        Some(Self {
            inputs,
            outputs,
            kind,
        })
    }

    /// What it makes, when that is one thing.
    fn output(&self) -> Option<&'a str> {
        match self.outputs[..] {
            [one] => Some(one),
            _ => None,
        }
    }
}

/// The name of a tensor of signed bytes.
fn signed_bytes(tensor: &[u8]) -> Option<&str> {
    let fields = Fields(tensor).collect::<Option<Vec<_>>>()?;
    let of = |number: u64| fields.iter().find(|field| field.number == number);
    if of(DATA_TYPE)?.value != INT8 {
        return None;
    }
    of(TENSOR_NAME)?.text()
}

/// One field of a message.
#[derive(Clone, Copy)]
struct Field<'a> {
    number: u64,
    /// Of a number; elsewhere 0.
    value: u64,
    /// Of a text or a message.
    bytes: Option<&'a [u8]>,
    /// With its number and length.
    whole: &'a [u8],
}

impl<'a> Field<'a> {
    fn text(self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes?).ok()
    }
}

/// The fields of a message, one after the other; none for what is no message, and nothing after it.
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = Option<Field<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = field(self.0);
        let read = field.map_or(self.0.len(), |field| field.whole.len());
        self.0 = self.0.get(read..).unwrap_or_default();
        Some(field)
    }
}

fn field(message: &[u8]) -> Option<Field<'_>> {
    let (key, mut rest) = number(message)?;
    let (mut value, mut bytes) = (0, None);
    match key & 7 {
        0 => (value, rest) = number(rest)?,
        1 => rest = rest.get(8..)?,
        2 => {
            let (length, after) = number(rest)?;
            let (inside, after) = after.split_at_checked(usize::try_from(length).ok()?)?;
            (bytes, rest) = (Some(inside), after);
        }
        5 => rest = rest.get(4..)?,
        _ => return None,
    }
    Some(Field {
        number: key >> 3,
        value,
        bytes,
        whole: message.get(..message.len() - rest.len())?,
    })
}

/// A number of seven bits to the byte, the lowest first, and what follows it.
fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (at, byte) in bytes.iter().enumerate().take(10) {
        value |= u64::from(byte & 0x7f).checked_shl(7 * u32::try_from(at).ok()?)?;
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(at + 1..)?));
        }
    }
    None
}

fn put_node(
    out: &mut Vec<u8>,
    kind: &str,
    inputs: &[&str],
    outputs: &[&str],
    attribute: Option<&[u8]>,
) {
    let mut node = Vec::new();
    inputs
        .iter()
        .for_each(|name| put(&mut node, INPUT, name.as_bytes()));
    outputs
        .iter()
        .for_each(|name| put(&mut node, OUTPUT, name.as_bytes()));
    put(&mut node, OP_TYPE, kind.as_bytes());
    if let Some(attribute) = attribute {
        put(&mut node, ATTRIBUTE, attribute);
    }
    put(out, NODE, &node);
}

/// Writes a text or a message.
fn put(out: &mut Vec<u8>, number: u64, bytes: &[u8]) {
    put_number(out, number << 3 | 2);
    put_number(out, u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    out.extend_from_slice(bytes);
}

fn put_number(out: &mut Vec<u8>, mut value: u64) {
    while value > 0x7f {
        out.push(0x80 | (value & 0x7f) as u8);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
#[path = "eight_bit/tests.rs"]
mod tests;
