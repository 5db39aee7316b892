//! Parsed XML schemas and policies.

use super::envelope::Attr;
use super::java::{Iterator, Map};
use crate::schema_only;
use crate::soap::AnyType;

schema_only! {
    pub struct AbstractPolicyOperator in "http://neethi.apache.org/xsd", abstract {
        empty: bool,
        firstPolicyComponent: Option<PolicyComponent>,
        policyComponents: Option<AnyType>,
    }
    pub struct PolicyComponent in "http://neethi.apache.org/xsd", abstract {
        type: i16,
    }
    pub struct All in "http://neethi.apache.org/xsd" extends AbstractPolicyOperator {
        assertions: Option<AnyType>,
        type: i16,
    }
    pub struct Policy in "http://neethi.apache.org/xsd" extends All {
        alternatives: Option<Iterator>,
        attributes: Option<Map>,
        id: Option<String>,
        name: Option<String>,
        type: i16,
    }
    pub struct Enum in "http://constants.schema.commons.ws.apache.org/xsd", abstract {
        value: Option<String>,
    }
    pub struct XmlSchemaObject in "http://schema.commons.ws.apache.org/xsd", abstract {
        lineNumber: i32,
        linePosition: i32,
        metaInfoMap: Option<Map>,
        sourceURI: Option<String>,
    }
    pub struct XmlSchemaAnnotated in "http://schema.commons.ws.apache.org/xsd" extends XmlSchemaObject {
        annotation: Option<XmlSchemaAnnotation>,
        id: Option<String>,
        unhandledAttributes: Vec<Option<Attr>>,
    }
    pub struct XmlSchemaAnnotation in "http://schema.commons.ws.apache.org/xsd" extends XmlSchemaObject {
        items: Option<XmlSchemaObjectCollection>,
    }
    pub struct XmlSchemaObjectCollection in "http://schema.commons.ws.apache.org/xsd" {
        count: i32,
        iterator: Option<Iterator>,
    }
    pub struct XmlSchemaParticle in "http://schema.commons.ws.apache.org/xsd" extends XmlSchemaAnnotated {
        maxOccurs: i64,
        minOccurs: i64,
    }
    pub struct XmlSchemaElement in "http://schema.commons.ws.apache.org/xsd" extends XmlSchemaParticle {
        QName: Option<AnyType>,
        abstract: bool,
        block: Option<XmlSchemaDerivationMethod>,
        blockResolved: Option<XmlSchemaDerivationMethod>,
        constraints: Option<XmlSchemaObjectCollection>,
        defaultValue: Option<String>,
        elementType: Option<AnyType>,
        final: Option<XmlSchemaDerivationMethod>,
        fixedValue: Option<String>,
        form: Option<XmlSchemaForm>,
        name: Option<String>,
        nillable: bool,
        refName: Option<AnyType>,
        schemaType: Option<XmlSchemaType>,
        schemaTypeName: Option<AnyType>,
        substitutionGroup: Option<AnyType>,
        type: Option<XmlSchemaType>,
    }
    pub struct XmlSchemaDerivationMethod in "http://schema.commons.ws.apache.org/xsd" extends Enum {
        values: Vec<Option<String>>,
    }
    pub struct XmlSchemaForm in "http://schema.commons.ws.apache.org/xsd" extends Enum {
        values: Vec<Option<String>>,
    }
    pub struct XmlSchemaType in "http://schema.commons.ws.apache.org/xsd" extends XmlSchemaAnnotated {
        QName: Option<AnyType>,
        baseSchemaType: Option<AnyType>,
        baseSchemaTypeName: Option<AnyType>,
        dataType: Option<XmlSchemaDatatype>,
        deriveBy: Option<XmlSchemaDerivationMethod>,
        final: Option<XmlSchemaDerivationMethod>,
        finalResolved: Option<XmlSchemaDerivationMethod>,
        mixed: bool,
        name: Option<String>,
    }
    pub struct XmlSchemaDatatype in "http://schema.commons.ws.apache.org/xsd", abstract {}
}
