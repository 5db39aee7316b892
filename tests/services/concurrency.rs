//! Two administrators change the same object at the same instant: the last one wins whole, and no reader ever sees a
//! mixture of both.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use crate::support::caller::{Caller, GIVEN_NAME, LOGIN, escaped, set_user_profile};
use crate::support::client::{Held, release_all};
use crate::support::world::{OLD, TOM, World};
use std::sync::atomic::{AtomicBool, Ordering};

/// How often both change the object at once. With a commit after each statement, each of these tests fails within them,
/// but for that of mail templates, which are one row; that of claims needs more: what is read of them is remembered until
/// the last statement of a change.
const ROUNDS: usize = 12;
const ROUNDS_OF_CLAIMS: usize = 150;

/// A service, one of its operations, and a request.
struct Call(&'static str, &'static str, String);

impl Call {
    /// Sends it; the answer's text.
    fn by(&self, caller: &Caller) -> String {
        let Self(service, operation, payload) = self;
        let answer = caller.call(service, operation, payload);
        assert!(matches!(answer.status, 200 | 202), "{operation}: {} {}", answer.status, answer.text());
        answer.text()
    }

    /// Sends all of it but the last byte.
    fn hold(&self, caller: &Caller) -> Held {
        caller.hold(self.0, self.1, &self.2)
    }
}

/// A server with the first administrator and a second one.
fn world() -> (World, [Caller; 2]) {
    let world = World::new(&[]);
    let admin = world.admin();
    admin.add_user("second", OLD, &[]);
    admin.assign("admin", "second");
    let second = world.caller("second", OLD);
    (world, [admin, second])
}

/// Has two administrators send their versions of an object at once, again and again, while a third one reads it: whatever
/// is read at any time must be what one of the two versions alone looks like.
fn assert_last_wins_whole(admins: &[Caller; 2], versions: &[Call; 2], read: &Call) {
    assert_last_wins_whole_in(ROUNDS, admins, versions, read);
}

fn assert_last_wins_whole_in(rounds: usize, admins: &[Caller; 2], versions: &[Call; 2], read: &Call) {
    let alone = [0, 1].map(|index| {
        versions[index].by(&admins[index]);
        read.by(&admins[0])
    });
    assert_ne!(alone[0], alone[1], "the versions differ");
    let whole = |seen: &str, when: &str| {
        assert!(
            alone.iter().any(|one| one == seen),
            "{when}: a mixture of\n{}\nand\n{}:\n{seen}",
            alone[0],
            alone[1]
        );
    };
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                whole(&read.by(&admins[0]), "meanwhile");
            }
        });
        for round in 0..rounds {
            let held = [0, 1].map(|index| versions[index].hold(&admins[index]));
            for answer in release_all(held.into()) {
                assert!(matches!(answer.status, 200 | 202), "{} {}", answer.status, answer.text());
            }
            whole(&read.by(&admins[1]), &format!("round {round}"));
        }
        over.store(true, Ordering::Relaxed);
        reader.join().unwrap();
    });
}

/// The same text in several elements.
fn elements(prefix: &str, names: &[&str], text: &str) -> String {
    names.iter().map(|name| format!("<{prefix}:{name}>{text}</{prefix}:{name}>")).collect()
}

#[test]
fn an_identity_provider_is_one_of_its_versions() {
    let (_world, admins) = world();
    let provider = |mark: &str| {
        let property = |number: usize| {
            format!(
                "<mod:properties><mod:name>p{number}</mod:name><mod:value>{mark}</mod:value></mod:properties>"
            )
        };
        let properties: String = (0..9).map(property).collect();
        format!(
            "{}<mod:federatedAuthenticatorConfigs><mod:displayName>{mark}</mod:displayName><mod:enabled>true</mod:enabled>\
             <mod:name>A</mod:name>{properties}</mod:federatedAuthenticatorConfigs>{}\
             <mod:idpProperties><mod:name>free</mod:name><mod:value>{mark}</mod:value></mod:idpProperties>\
             <mod:idpProperties><mod:name>only {mark}</mod:name><mod:value>x</mod:value></mod:idpProperties>\
             <mod:permissionAndRoleConfig><mod:idpRoles>{mark}</mod:idpRoles></mod:permissionAndRoleConfig>",
            elements("mod", &["alias", "displayName"], mark),
            elements("mod", &["homeRealmId", "identityProviderDescription"], mark),
        )
    };
    let name = "<mod:identityProviderName>partner</mod:identityProviderName>";
    let add = format!("<idp:addIdP><idp:identityProvider>{name}</idp:identityProvider></idp:addIdP>");
    const SERVICE: &str = "IdentityProviderMgtService";
    Call(SERVICE, "addIdP", add).by(&admins[0]);
    let versions = ["first", "second"].map(|mark| {
        let payload = format!(
            "<idp:updateIdP><idp:oldIdPName>partner</idp:oldIdPName><idp:identityProvider>{}{name}\
             </idp:identityProvider></idp:updateIdP>",
            provider(mark)
        );
        Call(SERVICE, "updateIdP", payload)
    });
    let read = "<idp:getIdPByName><idp:idPName>partner</idp:idPName></idp:getIdPByName>";
    assert_last_wins_whole(&admins, &versions, &Call(SERVICE, "getIdPByName", read.into()));
}

#[test]
fn an_application_is_one_of_its_versions() {
    let (world, admins) = world();
    const SERVICE: &str = "IdentityApplicationManagementService";
    let request = |operation: &str, content: &str| {
        format!("<a:{operation} xmlns:a=\"http://org.apache.axis2/xsd\">{content}</a:{operation}>")
    };
    let name = "<mod:applicationName>shop</mod:applicationName>";
    let bean = format!("<a:serviceProvider>{name}</a:serviceProvider>");
    Call(SERVICE, "createApplication", request("createApplication", &bean)).by(&admins[0]);
    let id = world.stored("SELECT id FROM application");
    let versions = ["first", "second"].map(|mark| {
        let property = |number: usize| {
            format!(
                "<mod:spProperties><mod:name>p{number}</mod:name><mod:value>{mark}</mod:value></mod:spProperties>"
            )
        };
        let properties: String = (0..9).map(property).collect();
        let content = format!(
            "<a:serviceProvider><mod:applicationID>{id}</mod:applicationID>{name}<mod:description>{mark}\
             </mod:description><mod:inboundProvisioningConfig>{0}</mod:inboundProvisioningConfig>\
             <mod:outboundProvisioningConfig/><mod:permissionAndRoleConfig><mod:permissions><mod:value>{mark}\
             </mod:value></mod:permissions></mod:permissionAndRoleConfig><mod:requestPathAuthenticatorConfigs>\
             <mod:name>{mark}</mod:name></mod:requestPathAuthenticatorConfigs>{properties}</a:serviceProvider>",
            elements("mod", &["provisioningUserStore"], mark),
        );
        Call(SERVICE, "updateApplication", request("updateApplication", &content))
    });
    let read = request("getApplication", "<a:applicationName>shop</a:applicationName>");
    assert_last_wins_whole(&admins, &versions, &Call(SERVICE, "getApplication", read));
}

#[test]
fn the_resident_identity_provider_is_one_of_its_versions() {
    let (_world, admins) = world();
    const SERVICE: &str = "IdentityProviderMgtService";
    let versions = ["11", "22"].map(|mark| {
        let settings: String = ["SessionIdleTimeout", "RememberMeTimeout", "Recovery.ExpiryTime", "my.own.key"]
            .iter()
            .map(|name| {
                format!("<mod:idpProperties><mod:name>{name}</mod:name><mod:value>{mark}</mod:value></mod:idpProperties>")
            })
            .collect();
        let payload = format!(
            "<idp:updateResidentIdP><idp:identityProvider><mod:alias>{mark}</mod:alias><mod:enable>true</mod:enable>\
             <mod:federatedAuthenticatorConfigs><mod:name>samlsso</mod:name><mod:properties><mod:name>IdPEntityId</mod:name>\
             <mod:value>entity {mark}</mod:value></mod:properties></mod:federatedAuthenticatorConfigs>{}{settings}\
             <mod:primary>true</mod:primary></idp:identityProvider></idp:updateResidentIdP>",
            elements("mod", &["homeRealmId", "identityProviderDescription"], mark),
        );
        Call(SERVICE, "updateResidentIdP", payload)
    });
    assert_last_wins_whole(
        &admins,
        &versions,
        &Call(SERVICE, "getResidentIdP", "<idp:getResidentIdP/>".into()),
    );
}

#[test]
fn the_policies_of_one_request_stay_together() {
    let (_world, admins) = world();
    const SERVICE: &str = "IdentityGovernanceAdminService";
    let versions = ["11", "22"].map(|mark| {
        let names = ["Recovery.ExpiryTime", "account.lock.handler.Time", "passwordPolicy.min.length"];
        Call(SERVICE, "updateConfigurations", Caller::configurations(&names.map(|name| (name, mark))))
    });
    assert_last_wins_whole(
        &admins,
        &versions,
        &Call(SERVICE, "getConnectorList", "<gov:getConnectorList/>".into()),
    );
}

#[test]
fn a_claim_is_one_of_its_versions() {
    let (_world, admins) = world();
    const SERVICE: &str = "ClaimMetadataManagementService";
    let request = |operation: &str, content: &str| {
        format!(
            "<a:{operation} xmlns:a=\"http://org.apache.axis2/xsd\" \
             xmlns:d=\"http://dto.mgt.metadata.claim.identity.carbon.wso2.org/xsd\">{content}</a:{operation}>"
        )
    };
    let versions = ["first", "second"].map(|mark| {
        let properties: String = ["DisplayName", "Description", "RegEx", mark]
            .iter()
            .map(|name| {
                format!(
                    "<d:claimProperties><d:propertyName>{name}</d:propertyName>\
                     <d:propertyValue>{mark}</d:propertyValue></d:claimProperties>"
                )
            })
            .collect();
        let content = format!(
            "<a:localClaim><d:attributeMappings><d:attributeName>{mark}</d:attributeName>\
             <d:userStoreDomain>PRIMARY</d:userStoreDomain></d:attributeMappings>{properties}\
             <d:localClaimURI>http://wso2.org/claims/country</d:localClaimURI></a:localClaim>"
        );
        Call(SERVICE, "updateLocalClaim", request("updateLocalClaim", &content))
    });
    // A short answer: it is read often enough to meet the moment in which it would be a mixture.
    let read = "<ser:getClaimMapping><ser:claimURI>http://wso2.org/claims/country</ser:claimURI></ser:getClaimMapping>";
    let read = Call("RemoteClaimManagerService", "getClaimMapping", read.into());
    assert_last_wins_whole_in(ROUNDS_OF_CLAIMS, &admins, &versions, &read);
}

#[test]
fn a_mail_template_is_one_of_its_versions() {
    let (_world, admins) = world();
    const SERVICE: &str = "I18nEmailMgtConfigService";
    const EMA: &str = "http://mgt.email.carbon.wso2.org";
    let versions = ["text/html", "text/plain"].map(|mark| {
        let payload = format!(
            "<e:saveEmailTemplate xmlns:e=\"{EMA}\" xmlns:m=\"http://model.mgt.email.carbon.wso2.org/xsd\"><e:emailTemplate>{}\
             <m:locale>en_US</m:locale><m:subject>{mark}</m:subject><m:templateDisplayName>AccountLock</m:templateDisplayName>\
             </e:emailTemplate></e:saveEmailTemplate>",
            elements("m", &["body", "emailContentType", "footer"], mark),
        );
        Call(SERVICE, "saveEmailTemplate", payload)
    });
    let read = format!("<e:getAllTemplatesForTenant xmlns:e=\"{EMA}\"/>");
    assert_last_wins_whole(&admins, &versions, &Call(SERVICE, "getAllTemplatesForTenant", read));
}

#[test]
fn the_permissions_of_a_role_are_those_of_one_request() {
    let (_world, admins) = world();
    admins[0].add_role("desk", &[], &[LOGIN]);
    let request = |operation: &str, content: &str| {
        format!(
            "<ax:{operation} xmlns:ax=\"http://org.apache.axis2/xsd\"><ax:roleName>desk</ax:roleName>{content}</ax:{operation}>"
        )
    };
    let below = "/permission/admin/manage/identity";
    let versions = [
        ["usermgt/view", "usermgt/list", "rolemgt/view", "idpmgt/view"],
        ["usermgt/create", "usermgt/delete", "rolemgt/create", "idpmgt/add"],
    ]
    .map(|permissions| {
        let content: String = permissions
            .iter()
            .map(|permission| format!("<ax:rawResources>{below}/{permission}</ax:rawResources>"))
            .collect();
        Call("UserAdmin", "setRoleUIPermission", request("setRoleUIPermission", &content))
    });
    let read = Call("UserAdmin", "getRolePermissions", request("getRolePermissions", ""));
    assert_last_wins_whole(&admins, &versions, &read);
}

#[test]
fn a_profile_is_one_of_its_versions() {
    let (_world, admins) = world();
    let claims = ["givenname", "lastname", "country", "organization", "mobile", "identity/accountDisabled"]
        .map(|name| ["http://wso2.org/claims/", name].concat());
    let versions = ["true", "false"].map(|mark| {
        let values: Vec<(&str, &str)> = claims.iter().map(|claim| (claim.as_str(), mark)).collect();
        Call("UserProfileMgtService", "setUserProfile", set_user_profile(TOM, &values))
    });
    let asked: String = claims.iter().map(|claim| format!("<ser:claims>{claim}</ser:claims>")).collect();
    let read = format!(
        "<ser:getUserClaimValuesForClaims><ser:userName>{TOM}</ser:userName>{asked}<ser:profileName>default</ser:profileName>\
         </ser:getUserClaimValuesForClaims>"
    );
    let read = Call("RemoteUserStoreManagerService", "getUserClaimValuesForClaims", read);
    assert!(claims.iter().any(|claim| claim == GIVEN_NAME));
    assert_last_wins_whole(&admins, &versions, &read);
}

#[test]
fn a_tenant_is_one_of_its_versions() {
    let (world, admins) = world();
    world.tenant_with_tom("acme.example", &[]);
    const SERVICE: &str = "TenantMgtAdminService";
    let request = |operation: &str, content: &str| {
        format!(
            "<t:{operation} xmlns:t=\"http://services.mgt.tenant.carbon.wso2.org\" \
             xmlns:b=\"http://beans.common.stratos.carbon.wso2.org/xsd\">{content}</t:{operation}>"
        )
    };
    let id = world.stored("SELECT id FROM tenant WHERE domain = 'acme.example'");
    let versions = ["first", "second"].map(|mark| {
        let content = format!(
            "<t:tenantInfoBean><b:active>true</b:active><b:admin>admin</b:admin><b:adminPassword/>\
             <b:createdDate>2017-01-16T03:00:00.250Z</b:createdDate><b:email>{}@acme.example</b:email>{}\
             <b:tenantDomain>acme.example</b:tenantDomain><b:tenantId>{id}</b:tenantId></t:tenantInfoBean>",
            escaped(mark),
            elements("b", &["firstname", "lastname"], mark),
        );
        Call(SERVICE, "updateTenant", request("updateTenant", &content))
    });
    let read = request("getTenant", "<t:tenantDomain>acme.example</t:tenantDomain>");
    assert_last_wins_whole(&admins, &versions, &Call(SERVICE, "getTenant", read));
}

#[test]
fn the_roles_of_a_user_are_those_of_one_request() {
    let (_world, admins) = world();
    let roles = ["desk", "bench", "Internal/staff", "Internal/guests"];
    for role in roles {
        admins[0].add_role(role, &[], &[LOGIN]);
    }
    let request = |operation: &str, content: &str| {
        format!(
            "<ax:{operation} xmlns:ax=\"http://org.apache.axis2/xsd\"><ax:userName>{TOM}</ax:userName>{content}</ax:{operation}>"
        )
    };
    let versions = [&roles[..2], &roles[2..]].map(|roles| {
        let list: String =
            roles.iter().map(|role| format!("<ax:newRoleList>{role}</ax:newRoleList>")).collect();
        Call("UserAdmin", "updateRolesOfUser", request("updateRolesOfUser", &list))
    });
    let read = request("getRolesOfUser", "<ax:filter>*</ax:filter><ax:limit>0</ax:limit>");
    assert_last_wins_whole(&admins, &versions, &Call("UserAdmin", "getRolesOfUser", read));
}

#[test]
fn the_questions_of_a_tenant_are_those_of_one_request() {
    let (_world, admins) = world();
    const SERVICE: &str = "UserIdentityManagementAdminService";
    let request = |operation: &str, content: &str| {
        format!(
            "<i:{operation} xmlns:i=\"http://services.mgt.identity.carbon.wso2.org\">{content}</i:{operation}>"
        )
    };
    let versions = ["first", "second"].map(|mark| {
        let questions: String = (0..6)
            .map(|number| {
                format!(
                    "<i:challengeQuestionDTOs><question>{mark} {number} ?</question>\
                     <questionSetId>http://wso2.org/claims/challengeQuestion{number}</questionSetId></i:challengeQuestionDTOs>"
                )
            })
            .collect();
        Call(SERVICE, "setChallengeQuestions", request("setChallengeQuestions", &questions))
    });
    let read = Call(SERVICE, "getAllChallengeQuestions", request("getAllChallengeQuestions", ""));
    assert_last_wins_whole(&admins, &versions, &read);
}

/// Who asks is remembered, what is asked for is read: once both were of different moments, and a deleted user was there
/// without his claims.
#[test]
fn a_user_is_there_with_his_claims_or_not_at_all() {
    const SERVICE: &str = "RemoteUserStoreManagerService";
    let (_world, admins) = world();
    let request = |operation: &str, further: &str| {
        format!(
            "<ser:{operation} xmlns:ser=\"http://service.ws.um.carbon.wso2.org\"><ser:userName>ann</ser:userName>{further}\
             </ser:{operation}>"
        )
    };
    let read = request("getUserClaimValue", &format!("<ser:claim>{GIVEN_NAME}</ser:claim>"));
    let delete = request("deleteUser", "");
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = || {
            while !over.load(Ordering::Relaxed) {
                let text = admins[0].call(SERVICE, "getUserClaimValue", &read).text();
                assert!(text.contains("Anna") || text.contains("UserNotFound"), "{text}");
            }
        };
        let readers = [0; 3].map(|_| scope.spawn(reader));
        for _ in 0..ROUNDS_OF_CLAIMS {
            admins[1].add_user("ann", OLD, &[(GIVEN_NAME, "Anna")]);
            assert_eq!(admins[1].call(SERVICE, "deleteUser", &delete).status, 202);
            if readers.iter().any(|reader| reader.is_finished()) {
                break;
            }
        }
        over.store(true, Ordering::Relaxed);
        for reader in readers {
            reader.join().unwrap();
        }
    });
}

/// What is known of a user is remembered until he is changed, and writers share commits.
#[test]
fn what_was_set_is_read_at_once_and_whole_by_everybody() {
    const SERVICE: &str = "UserProfileMgtService";
    const LAST_NAME: &str = "http://wso2.org/claims/lastname";
    let (_world, admins) = world();
    let users = ["ann", "bob", "cid"];
    users.iter().for_each(|user| admins[0].add_user(user, OLD, &[(GIVEN_NAME, "seen-0.")]));
    let set = |admin: &Caller, user: &str, number: u32| {
        let value = format!("seen-{number}.");
        admin.set_claims(user, &[(GIVEN_NAME, &value), (LAST_NAME, &value)]);
    };
    let seen = |admin: &Caller, user: &str| {
        let request = format!(
            "<m:getUserProfile xmlns:m=\"http://mgt.profile.user.identity.carbon.wso2.org\"><m:username>{user}</m:username>\
             <m:profileName>default</m:profileName></m:getUserProfile>"
        );
        let text = admin.call(SERVICE, "getUserProfile", &request).text();
        let numbers =
            text.split("seen-").skip(1).map(|rest| rest.split('.').next().unwrap().parse().unwrap());
        numbers.collect::<Vec<u32>>()
    };
    users.iter().for_each(|user| set(&admins[0], user, 0));
    std::thread::scope(|scope| {
        let writers = users.map(|user| {
            let admins = &admins;
            scope.spawn(move || {
                for number in 1..=ROUNDS_OF_CLAIMS as u32 {
                    set(&admins[0], user, number);
                    for admin in admins {
                        assert_eq!(seen(admin, user), [number, number], "his own change of {user}");
                    }
                }
            })
        });
        let mut before = [0; 3];
        while !writers.iter().all(|writer| writer.is_finished()) {
            for (user, before) in users.iter().zip(&mut before) {
                let [first, second] = seen(&admins[1], user)[..] else { panic!("{user} has two names") };
                assert!(first == second && first >= *before, "{user}: {first}, {second} after {before}");
                *before = first;
            }
        }
    });
}
