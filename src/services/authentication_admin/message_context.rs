//! The parameter type of `authenticateWithRememberMe`: Axis2's own message context, which the original publishes with
//! everything it can reach. No client can send one; it stands here so that the published document is complete.

use crate::schema_only;
use crate::soap::AnyType;

schema_only! {
    pub struct TransactionConfiguration in "http://transaction.axis2.apache.org/xsd" {
        transactionManager: Option<AnyType>,
        transactionTimeout: i32,
        userTransaction: Option<AnyType>,
    }
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
    pub struct ThreadFactory in "http://threadpool.util.axis2.apache.org/xsd", abstract {}
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
    pub struct TargetResolver in "http://util.axis2.apache.org/xsd", abstract {}
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
    pub struct TransportListener in "http://transport.axis2.apache.org/xsd", abstract {}
    pub struct TransportSender in "http://transport.axis2.apache.org/xsd", abstract {}
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
    pub struct NodeManager in "http://management.clustering.axis2.apache.org/xsd", abstract {
        configurationContext: Option<ConfigurationContext>,
    }
    pub struct AxisMessage in "http://description.axis2.apache.org/xsd" {
        axisOperation: Option<AxisOperation>,
        direction: Option<String>,
        effectivePolicy: Option<Policy>,
        elementQName: Option<AnyType>,
        extensibilityAttributes: Option<AnyType>,
        key: Option<AnyType>,
        messageFlow: Option<AnyType>,
        messagePartName: Option<String>,
        modulerefs: Vec<Option<String>>,
        name: Option<String>,
        partName: Option<String>,
        policyUpdated: bool,
        schemaElement: Option<XmlSchemaElement>,
        soapHeaders: Option<AnyType>,
        wrapped: bool,
    }
    pub struct AxisOperation in "http://description.axis2.apache.org/xsd", abstract {
        WSAMappingList: Option<AnyType>,
        axisService: Option<AxisService>,
        axisSpecificMEPConstant: i32,
        controlOperation: bool,
        faultAction: Option<String>,
        faultActionNames: Vec<Option<String>>,
        faultMessages: Option<AnyType>,
        inputAction: Option<String>,
        key: Option<AnyType>,
        messageExchangePattern: Option<String>,
        messageReceiver: Option<MessageReceiver>,
        messages: Option<Iterator>,
        moduleRefs: Option<AnyType>,
        name: Option<AnyType>,
        outputAction: Option<String>,
        phasesInFaultFlow: Option<AnyType>,
        phasesOutFaultFlow: Option<AnyType>,
        phasesOutFlow: Option<AnyType>,
        remainingPhasesInFlow: Option<AnyType>,
        soapAction: Option<String>,
        style: Option<String>,
        wsamappingList: Vec<Option<String>>,
    }
    pub struct AxisService in "http://description.axis2.apache.org/xsd" {
        EPRs: Vec<Option<String>>,
        WSAddressingFlag: Option<String>,
        active: bool,
        axisServiceGroup: Option<AxisServiceGroup>,
        bindingName: Option<String>,
        classLoader: Option<AnyType>,
        clientSide: bool,
        controlOperations: Option<AnyType>,
        customSchemaNamePrefix: Option<String>,
        customSchemaNameSuffix: Option<String>,
        customWsdl: bool,
        elementFormDefault: bool,
        enableAllTransports: bool,
        endpointName: Option<String>,
        endpointURL: Option<String>,
        endpoints: Option<Map>,
        excludeInfo: Option<ExcludeInfo>,
        exposedTransports: Vec<Option<String>>,
        fileName: Option<URL>,
        importedNamespaces: Option<AnyType>,
        key: Option<AnyType>,
        lastUpdate: i64,
        lastupdate: i64,
        messageElementQNameToOperationMap: Vec<Option<AnyType>>,
        modifyUserWSDLPortAddress: bool,
        modules: Option<AnyType>,
        name: Option<String>,
        nameSpacesMap: Option<Map>,
        namespaceMap: Option<Map>,
        objectSupplier: Option<ObjectSupplier>,
        operations: Option<Iterator>,
        operationsNameList: Option<AnyType>,
        p2nMap: Option<Map>,
        parent: Option<AxisServiceGroup>,
        portTypeName: Option<String>,
        publishedOperations: Option<AnyType>,
        schemaLocationsAdjusted: bool,
        schemaMappingTable: Option<Map>,
        schemaTargetNamespace: Option<String>,
        schemaTargetNamespacePrefix: Option<String>,
        schematargetNamespace: Option<String>,
        schematargetNamespacePrefix: Option<String>,
        scope: Option<String>,
        serviceDescription: Option<String>,
        serviceLifeCycle: Option<ServiceLifeCycle>,
        setEndpointsToAllUsedBindings: bool,
        soapNsUri: Option<String>,
        targetNamespace: Option<String>,
        targetNamespacePrefix: Option<String>,
        typeTable: Option<TypeTable>,
        useDefaultChains: bool,
        useUserWSDL: bool,
        wsdlFound: bool,
    }
    pub struct AxisServiceGroup in "http://description.axis2.apache.org/xsd" {
        axisDescription: Option<AxisConfiguration>,
        foundWebResources: bool,
        key: Option<AnyType>,
        moduleRefs: Option<AnyType>,
        serviceGroupClassLoader: Option<AnyType>,
        serviceGroupName: Option<String>,
        services: Option<Iterator>,
    }
    pub struct TransportInDescription in "http://description.axis2.apache.org/xsd" {
        faultFlow: Option<Flow>,
        faultPhase: Option<Phase>,
        inFlow: Option<Flow>,
        inPhase: Option<Phase>,
        name: Option<String>,
        parameters: Option<AnyType>,
        receiver: Option<TransportListener>,
    }
    pub struct Flow in "http://description.axis2.apache.org/xsd" {
        handlerCount: i32,
    }
    pub struct HandlerDescription in "http://description.axis2.apache.org/xsd" {
        className: Option<String>,
        handler: Option<Handler>,
        name: Option<String>,
        parameters: Option<AnyType>,
        parent: Option<ParameterInclude>,
        rules: Option<PhaseRule>,
    }
    pub struct ParameterInclude in "http://description.axis2.apache.org/xsd", abstract {
        parameters: Option<AnyType>,
    }
    pub struct PhaseRule in "http://description.axis2.apache.org/xsd" {
        after: Option<String>,
        before: Option<String>,
        phaseFirst: bool,
        phaseLast: bool,
        phaseName: Option<String>,
    }
    pub struct TransportOutDescription in "http://description.axis2.apache.org/xsd" {
        faultFlow: Option<Flow>,
        faultPhase: Option<Phase>,
        name: Option<String>,
        outFlow: Option<Flow>,
        outPhase: Option<Phase>,
        parameters: Option<AnyType>,
        sender: Option<TransportSender>,
    }
    pub struct OMNamespace in "http://om.axiom.apache.org/xsd", abstract {
        name: Option<String>,
        namespaceURI: Option<String>,
        prefix: Option<String>,
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
    pub struct PhasesInfo in "http://util.deployment.axis2.apache.org/xsd" {
        INPhases: Option<AnyType>,
        IN_FaultPhases: Option<AnyType>,
        OUTPhases: Option<AnyType>,
        OUT_FaultPhases: Option<AnyType>,
        globalInFaultPhases: Option<AnyType>,
        globalInflow: Option<AnyType>,
        globalOutPhaseList: Option<AnyType>,
        operationInFaultPhases: Option<AnyType>,
        operationInPhases: Option<AnyType>,
        operationOutFaultPhases: Option<AnyType>,
        operationOutPhases: Option<AnyType>,
        operationPhases: Option<AxisOperation>,
        outFaultPhaseList: Option<AnyType>,
    }
    pub struct ExcludeInfo in "http://util.deployment.axis2.apache.org/xsd" {}
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
    pub struct SecretResolver in "http://securevault.wso2.org/xsd" {
        initialized: bool,
    }
    pub struct AxisConfiguration in "http://engine.axis2.apache.org/xsd" {
        childFirstClassLoading: bool,
        clusteringAgent: Option<ClusteringAgent>,
        configurator: Option<AxisConfigurator>,
        faultyModules: Vec<Option<String>>,
        faultyServices: Vec<Option<String>>,
        faultyServicesDuetoModules: Option<Map>,
        globalModules: Option<AnyType>,
        globalOutPhase: Option<AnyType>,
        inFaultFlowPhases: Option<AnyType>,
        inFaultPhases: Option<AnyType>,
        inFlowPhases: Option<AnyType>,
        inPhasesUptoAndIncludingPostDispatch: Option<AnyType>,
        key: Option<AnyType>,
        localPolicyAssertions: Vec<Option<AnyType>>,
        moduleClassLoader: Option<AnyType>,
        modules: Option<AnyType>,
        observersList: Option<AnyType>,
        outFaultFlowPhases: Option<AnyType>,
        outFaultPhases: Option<AnyType>,
        outFlowPhases: Option<AnyType>,
        phasesInfo: Option<PhasesInfo>,
        repository: Option<URL>,
        secretResolver: Option<SecretResolver>,
        serviceClassLoader: Option<AnyType>,
        serviceGroups: Option<Iterator>,
        services: Option<AnyType>,
        start: bool,
        systemClassLoader: Option<AnyType>,
        targetResolverChain: Option<TargetResolver>,
        transactionConfig: Option<TransactionConfiguration>,
        transactionConfiguration: Option<TransactionConfiguration>,
        transportsIn: Vec<Option<String>>,
        transportsOut: Vec<Option<String>>,
    }
    pub struct ListenerManager in "http://engine.axis2.apache.org/xsd" {
        configctx: Option<ConfigurationContext>,
        shutdownHookRequired: bool,
        stopped: bool,
    }
    pub struct AxisConfigurator in "http://engine.axis2.apache.org/xsd", abstract {
        axisConfiguration: Option<AxisConfiguration>,
    }
    pub struct ObjectSupplier in "http://engine.axis2.apache.org/xsd", abstract {}
    pub struct ServiceLifeCycle in "http://engine.axis2.apache.org/xsd", abstract {}
    pub struct MessageReceiver in "http://engine.axis2.apache.org/xsd", abstract {}
    pub struct Phase in "http://engine.axis2.apache.org/xsd" {
        handlerCount: i32,
        handlerDesc: Option<HandlerDescription>,
        handlers: Option<AnyType>,
        name: Option<String>,
        phaseFirst: Option<Handler>,
        phaseLast: Option<Handler>,
        phaseName: Option<String>,
    }
    pub struct Handler in "http://engine.axis2.apache.org/xsd", abstract {
        handlerDesc: Option<HandlerDescription>,
        name: Option<String>,
    }
    pub struct StateManager in "http://state.clustering.axis2.apache.org/xsd", abstract {
        configurationContext: Option<ConfigurationContext>,
        replicationExcludePatterns: Option<Map>,
    }
    pub struct ClusteringAgent in "http://clustering.axis2.apache.org/xsd", abstract {
        aliveMemberCount: i32,
        configurationContext: Option<ConfigurationContext>,
        coordinator: bool,
        domains: Option<Set>,
        members: Option<AnyType>,
        nodeManager: Option<NodeManager>,
        stateManager: Option<StateManager>,
    }
    pub struct TypeTable in "http://java2wsdl.description.axis2.apache.org/xsd" {
        complexSchemaMap: Option<Map>,
    }
}
