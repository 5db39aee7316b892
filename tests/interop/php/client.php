<?php
// PHP's SoapClient against a running server, through the WSDLs it serves.
//
// Arguments: base address, file with the server's certificate. Prints a line for each thing that worked, first with
// basic authentication and then with the session cookie of AuthenticationAdmin; the test that starts it compares them.

declare(strict_types=1);

[, $base, $certificate] = $argv;
const GIVEN_NAME = 'http://wso2.org/claims/givenname';
const EMAIL = 'http://wso2.org/claims/emailaddress';
const OPTION = 'Recovery.AdminPasswordReset.OTP';

function check(bool $holds, mixed $seen = null): void
{
    if (!$holds) {
        throw new Exception('not so: ' . var_export($seen, true));
    }
}

function client(string $service, array $login, string $cookie = ''): SoapClient
{
    global $base, $certificate;
    $client = new SoapClient("$base/services/$service?wsdl", $login + [
        'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
        'cache_wsdl' => WSDL_CACHE_NONE,
        'stream_context' => stream_context_create(['ssl' => ['cafile' => $certificate]]),
    ]);
    if ($cookie !== '') {
        $client->__setCookie('JSESSIONID', $cookie);
    }
    return $client;
}

/** Signs in; answers a function from a service's name to its client. */
function basic(string $user, string $password): Closure
{
    return fn (string $service) => client($service, ['login' => $user, 'password' => $password]);
}

function cookie(string $user, string $password): Closure
{
    $authentication = client('AuthenticationAdmin', []);
    $login = ['username' => $user, 'password' => $password, 'remoteAddress' => '127.0.0.1'];
    check($authentication->login($login)->return === true);
    $session = $authentication->__getCookies()['JSESSIONID'][0];
    return fn (string $service) => client($service, [], $session);
}

/** PHP does not wait for the answer of an operation that has no output. */
function eventually(Closure $holds): void
{
    for ($round = 0; $round < 200; $round++) {
        if ($holds()) {
            return;
        }
        usleep(25_000);
    }
    throw new Exception('not so in five seconds');
}

function profile(Closure $as, string $way): void
{
    $profiles = $as('UserProfileMgtService');
    $value = "Tömás <&> 湯 $way";
    $field = ['claimUri' => GIVEN_NAME, 'fieldValue' => $value, 'displayName' => null];
    $profiles->setUserProfile(['username' => 'tom', 'profile' => ['fieldValues' => [$field], 'profileName' => 'default']]);
    eventually(function () use ($profiles, $value) {
        $read = $profiles->getUserProfile(['username' => 'tom', 'profileName' => 'default'])->return;
        return array_column($read->fieldValues, 'fieldValue', 'claimUri')[GIVEN_NAME] === $value;
    });
}

function users_and_roles(Closure $as, string $way): void
{
    [$users, $user, $role] = [$as('RemoteUserStoreManagerService'), "zoe.$way", "staff.$way"];
    $users->addUser([
        'userName' => $user, 'credential' => 'Zoe@1234', 'profileName' => 'default', 'requirePasswordChange' => false,
        'claims' => [['claimURI' => EMAIL, 'value' => 'zoe@example.org']],
    ]);
    eventually(fn () => $users->isExistingUser(['userName' => $user])->return);
    $permission = ['action' => 'ui.execute', 'resourceId' => '/permission/admin/login'];
    $users->addRole(['roleName' => $role, 'userList' => [$user], 'permissions' => [$permission]]);
    eventually(fn () => in_array($role, $users->getRoleListOfUser(['userName' => $user])->return));
    check(in_array($user, $users->listUsers(['filter' => 'zoe*', 'maxItemLimit' => 10])->return));
}

function identity_provider(Closure $as, string $way): void
{
    global $certificate;
    [$providers, $name] = [$as('IdentityProviderMgtService'), "$way-partner"];
    $encoded = preg_replace('/-----.*?-----|\s/', '', file_get_contents($certificate));
    $providers->addIdP(['identityProvider' => [
        'identityProviderName' => $name,
        'certificate' => $encoded,
        'claimConfig' => [
            'localClaimDialect' => false,
            'idpClaims' => [['claimUri' => 'mail']],
            'claimMappings' => [['localClaim' => ['claimUri' => EMAIL], 'remoteClaim' => ['claimUri' => 'mail']]],
            'userClaimURI' => 'mail',
        ],
        'permissionAndRoleConfig' => [
            'idpRoles' => ['staff'],
            'roleMappings' => [[
                'localRole' => ['localRoleName' => "staff.$way", 'userStoreId' => 'PRIMARY'], 'remoteRole' => 'staff',
            ]],
        ],
    ]]);
    $read = $providers->getIdPByName(['idPName' => $name])->return;
    check($read->certificate === $encoded, $read);
    $mapping = $read->claimConfig->claimMappings[0];
    check([$mapping->localClaim->claimUri, $mapping->remoteClaim->claimUri] === [EMAIL, 'mail'], $read);
    $role = $read->permissionAndRoleConfig->roleMappings[0];
    check([$role->localRole->localRoleName, $role->remoteRole] === ["staff.$way", 'staff'], $read);
    $read->identityProviderDescription = 'changed';
    $providers->updateIdP(['oldIdPName' => $name, 'identityProvider' => $read]);
    $again = $providers->getIdPByName(['idPName' => $name])->return;
    check([$again->identityProviderDescription, $again->certificate] === ['changed', $encoded], $again);
    $providers->deleteIdP(['idPName' => $name]);
    $left = array_column($providers->getAllIdPs()->return ?? [], 'identityProviderName');
    check(!in_array($name, $left), $left);
}

function resident_options(Closure $as, string $way): void
{
    [$providers, $value] = [$as('IdentityProviderMgtService'), $way === 'basic' ? 'true' : 'false'];
    $resident = $providers->getResidentIdP()->return;
    foreach ($resident->idpProperties as $property) {
        if ($property->name === OPTION) {
            $property->value = $value;
        }
    }
    $providers->updateResidentIdP(['identityProvider' => $resident]);
    $now = array_column($providers->getResidentIdP()->return->idpProperties, 'value', 'name');
    check($now[OPTION] === $value, $now);
}

function mail_template(Closure $as, string $way): void
{
    $mails = $as('I18nEmailMgtConfigService');
    $template = function () use ($mails) {
        foreach ($mails->getAllTemplatesForTenant()->return as $one) {
            if ([$one->templateType, $one->locale] === ['passwordreset', 'en_US']) {
                return $one;
            }
        }
    };
    $changed = $template();
    $changed->subject = "Your new password, $way";
    $mails->saveEmailTemplate(['emailTemplate' => $changed]);
    eventually(fn () => $template()->subject === $changed->subject);
}

function typed_fault(Closure $as): void
{
    try {
        $as('UserProfileMgtService')->getUserProfile(['username' => 'admin', 'profileName' => 'default']);
    } catch (SoapFault $fault) {
        check($fault->getMessage() === 'You are not authorized to perform this action.', $fault->getMessage());
        check(property_exists($fault->detail->UserProfileMgtServiceUserProfileException, 'UserProfileException'), $fault);
        return;
    }
    throw new Exception('no fault');
}

function wrong_password(string $way): void
{
    if ($way === 'cookie') {
        $login = ['username' => 'admin', 'password' => 'wrong', 'remoteAddress' => '127.0.0.1'];
        check(client('AuthenticationAdmin', [])->login($login)->return === false);
        return;
    }
    try {
        basic('admin', 'wrong')('UserProfileMgtService')->isReadOnlyUserStore();
    } catch (SoapFault $fault) {
        check(str_ends_with($fault->faultcode, ':50977'), $fault->faultcode);
        check(str_contains($fault->getMessage(), 'Invalid credentials provided'), $fault->getMessage());
        return;
    }
    throw new Exception('no fault');
}

foreach (['basic', 'cookie'] as $way) {
    $admin = $way('admin', 'admin');
    foreach (['profile', 'users_and_roles', 'identity_provider', 'resident_options', 'mail_template'] as $task) {
        $task($admin, $way);
        echo "$way: ", strtr($task, '_', ' '), "\n";
    }
    typed_fault($way('tom', 'Tom@1234'));
    echo "$way: typed fault\n";
    wrong_password($way);
    echo "$way: wrong password\n";
}
