//! The published documents: generated from the declarations, compared with what is checked in.
//!
//! `SOAPSTONE_BLESS=1 cargo test --test contracts` writes them anew.

use soapstone::services::PUBLISHED;
use soapstone::soap::BeanPrefixes;
use soapstone::soap::contract::{Field, Kind, Service, Type};
use std::path::PathBuf;

fn published(service: &Service) -> String {
    soapstone::soap::wsdl::render(service, "https://localhost:9443/services/", &BeanPrefixes::default())
}

fn checked_in(service: &Service) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("wsdl").join(format!("{}.wsdl", service.name))
}

#[test]
fn every_published_wsdl_is_the_one_checked_in() {
    for service in PUBLISHED.iter().map(|published| published.contract) {
        let document = published(service);
        if std::env::var_os("SOAPSTONE_BLESS").is_some() {
            std::fs::write(checked_in(service), &document).unwrap();
        }
        let expected = std::fs::read_to_string(checked_in(service)).unwrap_or_default();
        assert!(document == expected, "wsdl/{}.wsdl differs; see the head of this file", service.name);
    }
}

#[test]
fn no_document_is_checked_in_for_a_service_that_is_not_published() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("wsdl");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let service = name.strip_suffix(".wsdl").expect("wsdl/ holds WSDL documents only");
        assert!(PUBLISHED.iter().any(|known| known.contract.name == service), "{name} belongs to no service");
    }
}

/// Axis2 lists bean properties by name, capitals first.
#[test]
fn bean_properties_stand_in_the_order_of_axis2() {
    for service in PUBLISHED.iter().map(|published| published.contract) {
        for bean in service.types() {
            let names: Vec<&str> = bean.fields.iter().map(|field| field.name).collect();
            let mut sorted = names.clone();
            sorted.sort_unstable();
            assert_eq!(names, sorted, "{} of {}", bean.name, service.name);
        }
    }
}

/// A client that sends a bean back with the `xsi:type` it read declares the prefixes of the document, as node-soap does.
#[test]
fn documents_and_answers_give_a_namespace_the_same_prefix() {
    let chosen = BeanPrefixes::listed(&["ax2302=http://base.identity.carbon.wso2.org/xsd".to_owned()]);
    for service in PUBLISHED.iter().map(|published| published.contract) {
        let mut answer = soapstone::soap::Writer::xml(&service.types());
        answer.declare_namespaces();
        assert!(published(service).contains(&answer.finish()), "{}", service.name);
        let mut answer = soapstone::soap::Writer::xml(&service.types());
        answer.take_prefixes(&chosen);
        answer.declare_namespaces();
        let document = soapstone::soap::wsdl::render(service, "https://h/services/", &chosen);
        assert!(document.contains(&answer.finish()), "{}", service.name);
    }
}

#[test]
fn every_document_is_well_formed_and_declares_every_prefix_it_uses() {
    for service in PUBLISHED.iter().map(|published| published.contract) {
        soapstone::soap::xml::Document::parse(&published(service)).unwrap();
        soapstone::soap::xml::Document::parse(&soapstone::soap::wsdl2::render(
            service,
            "https://h/services/",
            &BeanPrefixes::default(),
        ))
        .unwrap();
        let mut id = 0;
        while let Some(schema) = soapstone::soap::info::schema(service, id, &BeanPrefixes::default()) {
            soapstone::soap::xml::Document::parse(&schema).unwrap();
            id += 1;
        }
        assert!(id >= 1);
    }
}

/// Clients that read a document once, such as Tcl's `WS::Client`, know a type's base only if they have passed it.
#[test]
fn the_schema_of_a_base_comes_before_those_that_extend_it() {
    for service in PUBLISHED.iter().map(|published| published.contract) {
        let document = published(service);
        let position = |namespace: &str| {
            document.find(&format!("elementFormDefault=\"qualified\" targetNamespace=\"{namespace}\""))
        };
        for bean in service.types() {
            if let Some(base) = bean.base {
                assert!(
                    position(base.namespace) <= position(bean.namespace),
                    "{base:?} comes after {bean:?} in {}",
                    service.name
                );
            }
        }
    }
}

/// A name is declared once per service: two of one name would shadow each other.
#[test]
fn operations_and_parameters_have_names_of_their_own() {
    fn repeated<'a>(mut names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
        let mut seen = std::collections::BTreeSet::new();
        names.find(|name| !seen.insert(*name))
    }
    for service in PUBLISHED.iter().map(|published| published.contract) {
        assert_eq!(repeated(service.operations.iter().map(|operation| operation.name)), None);
        for operation in service.operations {
            assert_eq!(repeated(operation.parameters.iter().map(|field| field.name)), None);
        }
    }
}

/// Every bean that a parameter or result names is reachable, with its bases.
#[test]
fn types_are_closed_under_their_properties() {
    fn mentioned(fields: &'static [Field]) -> impl Iterator<Item = &'static Type> {
        fields.iter().filter_map(|field| match (field.shape)().kind {
            Kind::Bean(bean) => Some(bean),
            Kind::Simple(_) => None,
        })
    }
    for service in PUBLISHED.iter().map(|published| published.contract) {
        let types = service.types();
        for bean in &types {
            for other in mentioned(bean.fields).chain(bean.base) {
                assert!(
                    types.iter().any(|known| known.is(other)),
                    "{other:?} is missing in {}",
                    service.name
                );
            }
        }
    }
}
