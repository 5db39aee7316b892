//! Java's own types among them.

use crate::schema_only;
use crate::soap::AnyType;

schema_only! {
    pub struct Set in "http://util.java/xsd", abstract {
        empty: bool,
    }
    pub struct Map in "http://util.java/xsd", abstract {
        empty: bool,
    }
    pub struct Iterator in "http://util.java/xsd", abstract {}
    pub struct LinkedList in "http://util.java/xsd" {
        first: Option<AnyType>,
        last: Option<AnyType>,
    }
    pub struct LinkedHashMap in "http://util.java/xsd" {}
    pub struct InputStream in "http://io.java/xsd", abstract {}
    pub struct URL in "http://net.java/xsd" {
        authority: Option<String>,
        content: Option<AnyType>,
        defaultPort: i32,
        file: Option<String>,
        host: Option<String>,
        path: Option<String>,
        port: i32,
        protocol: Option<String>,
        query: Option<String>,
        ref: Option<String>,
        userInfo: Option<String>,
    }
}
