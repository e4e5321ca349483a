//! A network of one product, run both ways.
#![expect(clippy::unwrap_used, reason = "a failed reading is a failed test")]

use super::*;
use proptest::prelude::*;
use rten::ModelOptions;
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};

const ROWS: usize = 8;
const COLUMNS: usize = 6;

/// `y = x · (weights as floats * scales)`, as the package's exporter writes it. With `reader`, something else reads the
/// weights as floats, too.
fn network(weights: &[i8], scales: &[f32], reader: bool) -> Vec<u8> {
    let tensor = |name: &str, sizes: [usize; 2], data_type: u64, raw: &[u8]| {
        let mut tensor = Vec::new();
        for size in sizes {
            put_number(&mut tensor, 1 << 3);
            put_number(&mut tensor, size as u64);
        }
        put_number(&mut tensor, DATA_TYPE << 3);
        put_number(&mut tensor, data_type);
        put(&mut tensor, TENSOR_NAME, name.as_bytes());
        put(&mut tensor, 9, raw);
        tensor
    };
    let named = |name: &str| {
        let mut value = Vec::new();
        put(&mut value, 1, name.as_bytes());
        value
    };
    let bytes: Vec<u8> = weights.iter().flat_map(|one| one.to_le_bytes()).collect();
    let floats: Vec<u8> = scales.iter().flat_map(|one| one.to_le_bytes()).collect();
    let mut graph = Vec::new();
    put_node(&mut graph, "Cast", &["w_q"], &["w_f"], Some(TO_FLOAT));
    put_node(&mut graph, "Mul", &["w_f", "w_s"], &["w"], None);
    put_node(&mut graph, "MatMul", &["x", "w"], &["y"], None);
    if reader {
        put_node(&mut graph, "Relu", &["w"], &["z"], None);
    }
    let weights = tensor("w_q", [ROWS, COLUMNS], INT8, &bytes);
    put(&mut graph, INITIALIZER, &weights);
    put(
        &mut graph,
        INITIALIZER,
        &tensor("w_s", [1, COLUMNS], 1, &floats),
    );
    put(&mut graph, 11, &named("x"));
    put(&mut graph, 12, &named("y"));
    let mut opset = Vec::new();
    put_number(&mut opset, 2 << 3);
    put_number(&mut opset, 17);
    let mut model = Vec::new();
    // `ModelProto.ir_version`, by which files of this kind are known.
    put_number(&mut model, 1 << 3);
    put_number(&mut model, 8);
    put(&mut model, GRAPH, &graph);
    put(&mut model, 8, &opset);
    model
}

fn run(model: &[u8], x: &[f32]) -> Vec<f32> {
    let model = ModelOptions::with_all_ops().load(model.to_vec()).unwrap();
    let x = NdTensor::from_data([1, x.len() / ROWS, ROWS], x.to_vec());
    let y = model.run_one(x.into(), None).unwrap();
    let y: Tensor<f32> = y.try_into().unwrap();
    y.to_vec()
}

fn kinds(model: &[u8]) -> Vec<String> {
    let graph = Fields(model).flatten().find(|field| field.number == GRAPH);
    let nodes = Fields(graph.unwrap().bytes.unwrap()).flatten();
    nodes
        .filter(|field| field.number == NODE)
        .map(|field| Node::read(field.bytes.unwrap()).unwrap().kind.to_owned())
        .collect()
}

proptest! {
    #[test]
    fn products_come_to_nearly_the_same(
        weights in proptest::collection::vec(-127_i8..=127, ROWS * COLUMNS),
        scales in proptest::collection::vec(0.001_f32..0.01, COLUMNS),
        x in proptest::collection::vec(-4.0_f32..4.0, ROWS * 3),
    ) {
        let floats = network(&weights, &scales, false);
        let bytes = in_eight_bits(&floats).unwrap();
        // x is rounded to 256 steps of at most 8 / 255; each of the 8 products is off by half a step at most.
        let allowed = 8.0 / 255.0 * 0.51 * 127.0 * 0.01 * ROWS as f32;
        for (exact, rounded) in run(&floats, &x).iter().zip(run(&bytes, &x)) {
            prop_assert!((exact - rounded).abs() <= allowed, "{exact} {rounded}");
        }
    }

    #[test]
    fn what_is_no_model_is_left_alone(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(in_eight_bits(&bytes), None);
    }
}

#[test]
fn the_weights_as_floats_are_gone_unless_something_else_reads_them() {
    let (weights, scales) = ([1; ROWS * COLUMNS], [1.0; COLUMNS]);
    let product = [
        "DynamicQuantizeLinear",
        "MatMulInteger",
        "Cast",
        "Mul",
        "Mul",
    ];
    let model = in_eight_bits(&network(&weights, &scales, false)).unwrap();
    assert_eq!(kinds(&model), product);
    let model = in_eight_bits(&network(&weights, &scales, true)).unwrap();
    let kept = [&["Cast", "Mul"][..], &product[..], &["Relu"][..]].concat();
    assert_eq!(kinds(&model), kept);
    assert_eq!(in_eight_bits(&model), None, "there is nothing left to do");
}
