//! Axiom's envelope with its attachments, and the DOM nodes that schemas hang on to.

use super::java::{InputStream, Iterator, Map, Set};
use crate::schema_only;
use crate::soap::AnyType;

schema_only! {
    pub struct LifecycleManager in "http://lifecycle.attachments.axiom.apache.org/xsd", abstract {}
    pub struct SOAPEnvelope in "http://soap.axiom.apache.org/xsd", abstract {
        SOAPBodyFirstElementLocalName: Option<String>,
        SOAPBodyFirstElementNS: Option<OMNamespace>,
        body: Option<SOAPBody>,
        header: Option<SOAPHeader>,
        version: Option<SOAPVersion>,
    }
    pub struct SOAPBody in "http://soap.axiom.apache.org/xsd", abstract {
        fault: Option<SOAPFault>,
        firstElementLocalName: Option<String>,
        firstElementNS: Option<OMNamespace>,
    }
    pub struct SOAPFault in "http://soap.axiom.apache.org/xsd", abstract {
        code: Option<SOAPFaultCode>,
        detail: Option<SOAPFaultDetail>,
        exception: Option<AnyType>,
        node: Option<SOAPFaultNode>,
        reason: Option<SOAPFaultReason>,
        role: Option<SOAPFaultRole>,
    }
    pub struct SOAPFaultCode in "http://soap.axiom.apache.org/xsd", abstract {}
    pub struct SOAPFaultDetail in "http://soap.axiom.apache.org/xsd", abstract {
        allDetailEntries: Option<Iterator>,
    }
    pub struct SOAPFaultNode in "http://soap.axiom.apache.org/xsd", abstract {
        nodeValue: Option<String>,
    }
    pub struct SOAPFaultReason in "http://soap.axiom.apache.org/xsd", abstract {
        allSoapTexts: Option<AnyType>,
        firstSOAPText: Option<SOAPFaultText>,
    }
    pub struct SOAPFaultText in "http://soap.axiom.apache.org/xsd", abstract {
        lang: Option<String>,
    }
    pub struct SOAPFaultRole in "http://soap.axiom.apache.org/xsd", abstract {
        roleValue: Option<String>,
    }
    pub struct SOAPHeader in "http://soap.axiom.apache.org/xsd", abstract {}
    pub struct SOAPVersion in "http://soap.axiom.apache.org/xsd", abstract {
        encodingURI: Option<String>,
        envelopeURI: Option<String>,
        faultCodeQName: Option<AnyType>,
        faultDetailQName: Option<AnyType>,
        faultReasonQName: Option<AnyType>,
        faultRoleQName: Option<AnyType>,
        mustUnderstandFaultCode: Option<AnyType>,
        nextRoleURI: Option<String>,
        receiverFaultCode: Option<AnyType>,
        roleAttributeQName: Option<AnyType>,
        senderFaultCode: Option<AnyType>,
    }
    pub struct Attachments in "http://attachments.axiom.apache.org/xsd" {
        SOAPPartContentID: Option<String>,
        SOAPPartContentType: Option<String>,
        SOAPPartInputStream: Option<InputStream>,
        allContentIDs: Vec<Option<String>>,
        attachmentSpecType: Option<String>,
        contentIDList: Option<AnyType>,
        contentIDSet: Option<Set>,
        contentLength: i64,
        incomingAttachmentStreams: Option<IncomingAttachmentStreams>,
        incomingAttachmentsAsSingleStream: Option<InputStream>,
        lifecycleManager: Option<LifecycleManager>,
        map: Option<Map>,
    }
    pub struct IncomingAttachmentStreams in "http://attachments.axiom.apache.org/xsd", abstract {
        nextStream: Option<IncomingAttachmentInputStream>,
        readyToGetNextStream: bool,
    }
    pub struct IncomingAttachmentInputStream in "http://attachments.axiom.apache.org/xsd" extends InputStream {
        contentId: Option<String>,
        contentLocation: Option<String>,
        contentType: Option<String>,
        headers: Option<Map>,
    }
    pub struct Attr in "http://dom.w3c.org/xsd", abstract {
        id: bool,
        name: Option<String>,
        ownerElement: Option<Element>,
        schemaTypeInfo: Option<TypeInfo>,
        specified: bool,
        value: Option<String>,
    }
    pub struct Element in "http://dom.w3c.org/xsd", abstract {
        schemaTypeInfo: Option<TypeInfo>,
        tagName: Option<String>,
    }
    pub struct TypeInfo in "http://dom.w3c.org/xsd", abstract {
        typeName: Option<String>,
        typeNamespace: Option<String>,
    }
    pub struct OMNamespace in "http://om.axiom.apache.org/xsd", abstract {
        name: Option<String>,
        namespaceURI: Option<String>,
        prefix: Option<String>,
    }
}
