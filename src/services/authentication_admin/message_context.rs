//! The parameter type of `authenticateWithRememberMe`: Axis2's own message context, which the original publishes with
//! everything it can reach. No client can send one; it stands here so that the published document is complete.
//!
//! Here are the contexts and addresses; the modules below hold what they lead to.

mod engine;
mod envelope;
mod java;
mod schema;

use crate::schema_only;
use crate::soap::AnyType;
use engine::{
    AxisConfiguration, AxisMessage, AxisOperation, AxisService, AxisServiceGroup, ListenerManager,
    ThreadFactory, TransportInDescription, TransportListener, TransportOutDescription,
};
use envelope::{Attachments, SOAPEnvelope};
use java::{Iterator, LinkedHashMap, LinkedList, Map};
use schema::Policy;

schema_only! {
    pub struct Options in "http://client.axis2.apache.org/xsd" {
        action: Option<String>,
        callTransportCleanup: bool,
        exceptionToBeThrownOnSOAPFault: bool,
        faultTo: Option<EndpointReference>,
        from: Option<EndpointReference>,
        listener: Option<TransportListener>,
        logCorrelationIDString: Option<String>,
        manageSession: bool,
        messageId: Option<String>,
        parent: Option<Options>,
        password: Option<String>,
        properties: Vec<Option<String>>,
        relatesTo: Option<RelatesTo>,
        relationships: Vec<Option<RelatesTo>>,
        replyTo: Option<EndpointReference>,
        soapVersionURI: Option<String>,
        timeOutInMilliSeconds: i64,
        to: Option<EndpointReference>,
        transportIn: Option<TransportInDescription>,
        transportInProtocol: Option<String>,
        transportOut: Option<TransportOutDescription>,
        useSeparateListener: bool,
        userName: Option<String>,
    }
    pub struct MessageContext in "http://context.axis2.apache.org/xsd" {
        FLOW: i32,
        SOAP11: bool,
        WSAAction: Option<String>,
        WSAMessageId: Option<String>,
        attachmentMap: Option<Attachments>,
        axisMessage: Option<AxisMessage>,
        axisOperation: Option<AxisOperation>,
        axisService: Option<AxisService>,
        axisServiceGroup: Option<AxisServiceGroup>,
        configurationContext: Option<ConfigurationContext>,
        currentHandlerIndex: i32,
        currentPhaseIndex: i32,
        doingMTOM: bool,
        doingREST: bool,
        doingSwA: bool,
        effectivePolicy: Option<Policy>,
        envelope: Option<SOAPEnvelope>,
        executedPhases: Option<Iterator>,
        executedPhasesExplicit: Option<LinkedList>,
        executionChain: Option<AnyType>,
        failureReason: Option<AnyType>,
        fault: bool,
        faultTo: Option<EndpointReference>,
        from: Option<EndpointReference>,
        headerPresent: bool,
        inboundContentLength: i64,
        incomingTransportName: Option<String>,
        isSOAP11Explicit: bool,
        logCorrelationID: Option<String>,
        logIDString: Option<String>,
        messageID: Option<String>,
        newThreadRequired: bool,
        operationContext: Option<OperationContext>,
        options: Option<Options>,
        optionsExplicit: Option<Options>,
        outputWritten: bool,
        paused: bool,
        processingFault: bool,
        properties: Option<Map>,
        relatesTo: Option<RelatesTo>,
        relationships: Vec<Option<RelatesTo>>,
        replyTo: Option<EndpointReference>,
        responseWritten: bool,
        rootContext: Option<ConfigurationContext>,
        selfManagedDataMapExplicit: Option<LinkedHashMap>,
        serverSide: bool,
        serviceContext: Option<ServiceContext>,
        serviceContextID: Option<String>,
        serviceGroupContext: Option<ServiceGroupContext>,
        serviceGroupContextId: Option<String>,
        sessionContext: Option<SessionContext>,
        soapAction: Option<String>,
        to: Option<EndpointReference>,
        transportIn: Option<TransportInDescription>,
        transportOut: Option<TransportOutDescription>,
    }
    pub struct ConfigurationContext in "http://context.axis2.apache.org/xsd" {
        anyOperationContextRegistered: bool,
        axisConfiguration: Option<AxisConfiguration>,
        contextRoot: Option<String>,
        listenerManager: Option<ListenerManager>,
        rootContext: Option<ConfigurationContext>,
        serviceContextPath: Option<String>,
        serviceGroupContextIDs: Vec<Option<String>>,
        serviceGroupContextTimeoutInterval: i64,
        serviceGroupContextTimoutInterval: i64,
        serviceGroupContexts: Option<AnyType>,
        servicePath: Option<String>,
        threadPool: Option<ThreadFactory>,
        transportManager: Option<ListenerManager>,
    }
    pub struct OperationContext in "http://context.axis2.apache.org/xsd" {
        axisOperation: Option<AxisOperation>,
        complete: bool,
        configurationContext: Option<ConfigurationContext>,
        key: Option<String>,
        logCorrelationIDString: Option<String>,
        messageContexts: Vec<Option<String>>,
        operationName: Option<String>,
        rootContext: Option<ConfigurationContext>,
        serviceContext: Option<ServiceContext>,
        serviceGroupName: Option<String>,
        serviceName: Option<String>,
    }
    pub struct ServiceContext in "http://context.axis2.apache.org/xsd" {
        axisService: Option<AxisService>,
        cachingOperationContext: bool,
        configurationContext: Option<ConfigurationContext>,
        groupName: Option<String>,
        lastOperationContext: Option<OperationContext>,
        logCorrelationIDString: Option<String>,
        myEPR: Option<EndpointReference>,
        name: Option<String>,
        rootContext: Option<ConfigurationContext>,
        serviceGroupContext: Option<ServiceGroupContext>,
        targetEPR: Option<EndpointReference>,
    }
    pub struct ServiceGroupContext in "http://context.axis2.apache.org/xsd" {
        description: Option<AxisServiceGroup>,
        id: Option<String>,
        rootContext: Option<ConfigurationContext>,
        serviceContexts: Option<Iterator>,
    }
    pub struct SessionContext in "http://context.axis2.apache.org/xsd" {
        cookieID: Option<String>,
        lastTouchedTime: i64,
        rootContext: Option<ConfigurationContext>,
        serviceGroupContext: Option<Iterator>,
    }
    pub struct EndpointReference in "http://addressing.axis2.apache.org/xsd" {
        WSAddressingAnonymous: bool,
        address: Option<String>,
        addressAttributes: Option<AnyType>,
        allReferenceParameters: Option<Map>,
        attributes: Option<AnyType>,
        extensibleElements: Vec<Option<AnyType>>,
        logCorrelationIDString: Option<String>,
        metaData: Option<AnyType>,
        metadataAttributes: Option<AnyType>,
        name: Option<String>,
        referenceParameters: Vec<Option<AnyType>>,
    }
    pub struct RelatesTo in "http://addressing.axis2.apache.org/xsd" {
        extensibilityAttributes: Option<AnyType>,
        relationshipType: Option<String>,
        value: Option<String>,
    }
}
