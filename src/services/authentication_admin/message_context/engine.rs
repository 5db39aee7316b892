//! Axis2's engine as its message context leads to it: configuration, descriptions, phases, transports, clustering.

use super::ConfigurationContext;
use super::java::{Iterator, Map, Set, URL};
use super::schema::{Policy, XmlSchemaElement};
use crate::schema_only;
use crate::soap::AnyType;

schema_only! {
    pub struct TransactionConfiguration in "http://transaction.axis2.apache.org/xsd" {
        transactionManager: Option<AnyType>,
        transactionTimeout: i32,
        userTransaction: Option<AnyType>,
    }
    pub struct ThreadFactory in "http://threadpool.util.axis2.apache.org/xsd", abstract {}
    pub struct TargetResolver in "http://util.axis2.apache.org/xsd", abstract {}
    pub struct TransportListener in "http://transport.axis2.apache.org/xsd", abstract {}
    pub struct TransportSender in "http://transport.axis2.apache.org/xsd", abstract {}
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
