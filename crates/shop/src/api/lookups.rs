//! Looking things up.

use crate::Shop;
use crate::books::{RefundStatus, all_stores};
use crate::records::{Order, Product, Store, User};
use crate::refusal::{Problem, Refusal};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn router() -> OpenApiRouter<Shop> {
    OpenApiRouter::new()
        .routes(routes!(get_order_details))
        .routes(routes!(list_orders))
        .routes(routes!(refund_status))
        .routes(routes!(get_user_details))
        .routes(routes!(find_user_id_by_email))
        .routes(routes!(find_user_id_by_name_zip))
        .routes(routes!(list_all_product_types))
        .routes(routes!(get_product_details))
        .routes(routes!(list_stores))
}

/// The account that was found.
#[derive(Serialize, ToSchema)]
struct Found {
    /// Its id.
    user_id: String,
}

/// The orders of a customer.
#[derive(Serialize, ToSchema)]
struct Orders {
    /// In the order they were placed.
    orders: Vec<Order>,
}

/// The products of the shop.
#[derive(Serialize, ToSchema)]
struct ProductTypes {
    /// The id of each product, by its name.
    products: BTreeMap<String, String>,
}

/// The stores of the shop.
#[derive(Serialize, ToSchema)]
struct Stores {
    /// All of them.
    stores: Vec<Store>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ByEmail {
    /// The mail address of the account.
    #[param(min_length = 3, max_length = 254)]
    email: String,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ByName {
    /// The first name.
    #[param(min_length = 1, max_length = 100)]
    first_name: String,
    /// The last name.
    #[param(min_length = 1, max_length = 100)]
    last_name: String,
    /// The postal code of the account's address.
    #[param(min_length = 1, max_length = 20)]
    zip: String,
}

/// One order with its items, address, parcels, payments and status.
#[utoipa::path(get, path = "/orders/{order_id}", operation_id = "get_order_details", tag = "orders",
    params(("order_id" = String, Path, description = "The order number, such as #W7678072.", min_length = 2, max_length = 20)),
    responses((status = 200, body = Order), (status = 404, body = Problem)))]
async fn get_order_details(
    State(shop): State<Shop>,
    Path(order): Path<String>,
) -> Result<Response, Refusal> {
    shop.look(|books| books.order(&order).cloned())
}

/// Every order of one customer.
#[utoipa::path(get, path = "/users/{user_id}/orders", operation_id = "list_orders", tag = "orders",
    params(("user_id" = String, Path, description = "The account, such as noah_brown_6181.", min_length = 1, max_length = 100)),
    responses((status = 200, body = Orders), (status = 404, body = Problem)))]
async fn list_orders(
    State(shop): State<Shop>,
    Path(user): Path<String>,
) -> Result<Response, Refusal> {
    shop.look(|books| {
        let orders = books.orders_of(&user)?.into_iter().cloned().collect();
        Ok(Orders { orders })
    })
}

/// What was refunded for an order and what is still to come.
#[utoipa::path(get, path = "/orders/{order_id}/refund", operation_id = "refund_status", tag = "orders",
    params(("order_id" = String, Path, description = "The order number.", min_length = 2, max_length = 20)),
    responses((status = 200, body = RefundStatus), (status = 404, body = Problem)))]
async fn refund_status(
    State(shop): State<Shop>,
    Path(order): Path<String>,
) -> Result<Response, Refusal> {
    shop.look(|books| books.refund_status(&order))
}

/// One customer's profile: name, addresses, payment methods and order numbers.
#[utoipa::path(get, path = "/users/{user_id}", operation_id = "get_user_details", tag = "customers",
    params(("user_id" = String, Path, description = "The account.", min_length = 1, max_length = 100)),
    responses((status = 200, body = User), (status = 404, body = Problem)))]
async fn get_user_details(
    State(shop): State<Shop>,
    Path(user): Path<String>,
) -> Result<Response, Refusal> {
    shop.look(|books| books.user(&user).cloned())
}

/// The account with a mail address.
#[utoipa::path(get, path = "/find-user/by-email", operation_id = "find_user_id_by_email", tag = "customers",
    params(ByEmail), responses((status = 200, body = Found), (status = 404, body = Problem)))]
async fn find_user_id_by_email(
    State(shop): State<Shop>,
    Query(asked): Query<ByEmail>,
) -> Result<Response, Refusal> {
    shop.look(|books| {
        let user_id = books.user_by_email(&asked.email)?.user_id.clone();
        Ok(Found { user_id })
    })
}

/// The account of somebody by first name, last name and postal code.
#[utoipa::path(get, path = "/find-user/by-name-zip", operation_id = "find_user_id_by_name_zip", tag = "customers",
    params(ByName), responses((status = 200, body = Found), (status = 404, body = Problem)))]
async fn find_user_id_by_name_zip(
    State(shop): State<Shop>,
    Query(asked): Query<ByName>,
) -> Result<Response, Refusal> {
    shop.look(|books| {
        let user = books.user_by_name(&asked.first_name, &asked.last_name, &asked.zip)?;
        Ok(Found {
            user_id: user.user_id.clone(),
        })
    })
}

/// The names and ids of all products.
#[utoipa::path(get, path = "/products", operation_id = "list_all_product_types", tag = "products",
    responses((status = 200, body = ProductTypes)))]
async fn list_all_product_types(State(shop): State<Shop>) -> Result<Response, Refusal> {
    shop.look(|books| {
        let named = |(name, id): (&str, &str)| (name.to_owned(), id.to_owned());
        Ok(ProductTypes {
            products: books.product_types().into_iter().map(named).collect(),
        })
    })
}

/// One product with its variants: options, price, and whether they are in stock.
#[utoipa::path(get, path = "/products/{product_id}", operation_id = "get_product_details", tag = "products",
    params(("product_id" = String, Path, description = "The product; not an item id.", min_length = 1, max_length = 50)),
    responses((status = 200, body = Product), (status = 404, body = Problem)))]
async fn get_product_details(
    State(shop): State<Shop>,
    Path(product): Path<String>,
) -> Result<Response, Refusal> {
    shop.look(|books| books.product(&product).cloned())
}

/// The stores where orders can be collected.
#[utoipa::path(get, path = "/stores", operation_id = "list_stores", tag = "products",
    responses((status = 200, body = Stores)))]
async fn list_stores(State(shop): State<Shop>) -> Result<Response, Refusal> {
    shop.look(|_| {
        Ok(Stores {
            stores: all_stores(),
        })
    })
}
