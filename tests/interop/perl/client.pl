# Perl's SOAP::Lite against a running server, the way its users call: by name, without reading the WSDL.
#
# Arguments: base address, file with the server's certificate. Prints a line for each thing that worked, first with
# basic authentication and then with the session cookie of AuthenticationAdmin; the test that starts it compares them.

use strict;
use warnings;
use utf8;
use HTTP::Cookies;
use SOAP::Lite;

my ($base, $certificate) = @ARGV;
my %namespace = (
    AuthenticationAdmin           => 'http://authentication.services.core.carbon.wso2.org',
    I18nEmailMgtConfigService     => 'http://mgt.email.carbon.wso2.org',
    IdentityProviderMgtService    => 'http://mgt.idp.carbon.wso2.org',
    RemoteUserStoreManagerService => 'http://service.ws.um.carbon.wso2.org',
    UserProfileMgtService         => 'http://mgt.profile.user.identity.carbon.wso2.org',
);
use constant GIVEN_NAME => 'http://wso2.org/claims/givenname';
use constant EMAIL      => 'http://wso2.org/claims/emailaddress';
use constant OPTION     => 'Recovery.AdminPasswordReset.OTP';

# SOAP::Lite waits for the challenge and asks here.
my @credentials;
sub SOAP::Transport::HTTP::Client::get_basic_credentials { return @credentials }

sub check {
    my ($holds, $seen) = @_;
    die 'not so: ' . (defined $seen ? $seen : '') . "\n" unless $holds;
}

# A fault, as an exception.
sub refused { my ($soap, $result) = @_; die ref $result ? $result : $soap->transport->status . "\n" }

my $jar;

sub service {
    my ($name) = @_;
    my $soap = SOAP::Lite->proxy("$base/services/$name", ssl_opts => { SSL_ca_file => $certificate },
        $jar ? (cookie_jar => $jar) : ());
    return $soap->on_action(sub { qq("urn:$_[1]") })->on_fault(\&refused)->ns($namespace{$name}, 'n');
}

# Elements from pairs of name and value: a list of pairs is a bean, undef is nil.
sub elements {
    my @elements;
    while (my ($name, $value) = splice @_, 0, 2) {
        my $element = SOAP::Data->name("n:$name");
        push @elements, ref $value ? $element->value(\SOAP::Data->value(elements(@$value)))
            : $element->type(defined $value && $value !~ /^(true|false)$/ ? 'string' : '')->value($value);
    }
    return @elements;
}

# What an operation returns: a list, beans as hashes.
sub ask {
    my ($service, $operation, @arguments) = @_;
    my $answer = service($service)->call($operation, elements(@arguments));
    return unless ref $answer;
    return $answer->valueof("//${operation}Response/return");
}

# A bean that was read, as pairs to send; the empty string is what SOAP::Lite makes of nil.
sub pairs {
    my ($bean) = @_;
    my @pairs;
    for my $name (sort keys %$bean) {
        my $value = $bean->{$name};
        for my $one (ref $value eq 'ARRAY' ? @$value : $value) {
            push @pairs, $name, ref $one eq 'HASH' || (ref $one && $one->isa('HASH')) ? [pairs($one)] : $one;
        }
    }
    return @pairs;
}

sub many { my ($value) = @_; return ref $value eq 'ARRAY' ? @$value : defined $value ? $value : () }

sub sign_in {
    my ($way, $user, $password) = @_;
    @credentials = $way eq 'basic' ? ($user, $password) : ();
    $jar = $way eq 'basic' ? undef : HTTP::Cookies->new(ignore_discard => 1);
    return $way eq 'basic' || login($user, $password) eq 'true';
}

sub login {
    my ($user, $password) = @_;
    my ($in) = ask('AuthenticationAdmin', 'login', username => $user, password => $password,
        remoteAddress => '127.0.0.1');
    return $in;
}

sub profile {
    my ($way) = @_;
    my $value = "Tömás <&> 湯 $way";
    ask('UserProfileMgtService', 'setUserProfile', username => 'tom',
        profile => [fieldValues => [claimUri => GIVEN_NAME, fieldValue => $value], profileName => 'default']);
    my ($read) = ask('UserProfileMgtService', 'getUserProfile', username => 'tom', profileName => 'default');
    my %found = map { $_->{claimUri} => $_->{fieldValue} } @{ $read->{fieldValues} };
    check($found{ +GIVEN_NAME } eq $value, $found{ +GIVEN_NAME });
}

sub users_and_roles {
    my ($way) = @_;
    my ($service, $user, $role) = ('RemoteUserStoreManagerService', "zoe.$way", "staff.$way");
    ask($service, 'addUser', userName => $user, credential => 'Zoe@1234',
        claims => [claimURI => EMAIL, value => 'zoe@example.org'],
        profileName => 'default', requirePasswordChange => 'false');
    ask($service, 'addRole', roleName => $role, userList => $user,
        permissions => [action => 'ui.execute', resourceId => '/permission/admin/login']);
    check(scalar grep { $_ eq $role } ask($service, 'getRoleListOfUser', userName => $user));
    check(scalar grep { $_ eq $user } ask($service, 'listUsers', filter => 'zoe*', maxItemLimit => '10'));
}

sub identity_provider {
    my ($way) = @_;
    my ($service, $name) = ('IdentityProviderMgtService', "$way-partner");
    open my $file, '<', $certificate or die "$certificate: $!";
    my $encoded = join '', grep { !/^-----/ } map { s/\s//gr } <$file>;
    ask($service, 'addIdP', identityProvider => [
        certificate => $encoded,
        claimConfig => [
            claimMappings => [localClaim => [claimUri => EMAIL], remoteClaim => [claimUri => 'mail']],
            idpClaims => [claimUri => 'mail'], localClaimDialect => 'false', userClaimURI => 'mail',
        ],
        identityProviderName => $name,
        permissionAndRoleConfig => [
            idpRoles => 'staff',
            roleMappings => [
                localRole => [localRoleName => "staff.$way", userStoreId => 'PRIMARY'], remoteRole => 'staff',
            ],
        ],
    ]);
    my ($read) = ask($service, 'getIdPByName', idPName => $name);
    check($read->{certificate} eq $encoded, $read->{certificate});
    my ($mapping) = many($read->{claimConfig}{claimMappings});
    check($mapping->{localClaim}{claimUri} eq EMAIL && $mapping->{remoteClaim}{claimUri} eq 'mail');
    my ($role) = many($read->{permissionAndRoleConfig}{roleMappings});
    check($role->{localRole}{localRoleName} eq "staff.$way" && $role->{remoteRole} eq 'staff');
    $read->{identityProviderDescription} = 'changed';
    ask($service, 'updateIdP', oldIdPName => $name, identityProvider => [pairs($read)]);
    my ($again) = ask($service, 'getIdPByName', idPName => $name);
    check($again->{identityProviderDescription} eq 'changed' && $again->{certificate} eq $encoded);
    ask($service, 'deleteIdP', idPName => $name);
    check(!grep { $_->{identityProviderName} eq $name } ask($service, 'getAllIdPs'));
}

sub resident_options {
    my ($way) = @_;
    my ($service, $value) = ('IdentityProviderMgtService', $way eq 'basic' ? 'true' : 'false');
    my ($resident) = ask($service, 'getResidentIdP');
    $_->{value} = $value for grep { $_->{name} eq OPTION } @{ $resident->{idpProperties} };
    ask($service, 'updateResidentIdP', identityProvider => [pairs($resident)]);
    my ($now) = ask($service, 'getResidentIdP');
    my %options = map { $_->{name} => $_->{value} } @{ $now->{idpProperties} };
    check($options{ +OPTION } eq $value, $options{ +OPTION });
}

sub template {
    my ($found) = grep { $_->{templateType} eq 'passwordreset' && $_->{locale} eq 'en_US' }
        ask('I18nEmailMgtConfigService', 'getAllTemplatesForTenant');
    return $found;
}

sub mail_template {
    my ($way) = @_;
    my $changed = template();
    $changed->{subject} = "Your new password, $way";
    ask('I18nEmailMgtConfigService', 'saveEmailTemplate', emailTemplate => [pairs($changed)]);
    check(template()->{subject} eq $changed->{subject}, template()->{subject});
}

sub typed_fault {
    my ($way) = @_;
    sign_in($way, 'tom', 'Tom@1234');
    check(!eval { ask('UserProfileMgtService', 'getUserProfile', username => 'admin', profileName => 'default'); 1 });
    my $fault = $@;
    check(ref $fault, $fault);
    check($fault->faultstring eq 'You are not authorized to perform this action.', $fault->faultstring);
    check(exists $fault->faultdetail->{UserProfileMgtServiceUserProfileException}{UserProfileException});
}

sub wrong_password {
    my ($way) = @_;
    if ($way eq 'cookie') {
        $jar = undef;
        check(login('admin', 'wrong') eq 'false');
        return;
    }
    sign_in($way, 'admin', 'wrong');
    check(!eval { ask('UserProfileMgtService', 'isReadOnlyUserStore'); 1 });
    my $fault = $@;
    check(ref $fault, $fault);
    check($fault->faultcode =~ /:50977$/, $fault->faultcode);
    check($fault->faultstring =~ /Invalid credentials provided/, $fault->faultstring);
}

for my $way ('basic', 'cookie') {
    check(sign_in($way, 'admin', 'admin'));
    for my $task ([profile => \&profile], ['users and roles' => \&users_and_roles],
        ['identity provider' => \&identity_provider], ['resident options' => \&resident_options],
        ['mail template' => \&mail_template], ['typed fault' => \&typed_fault],
        ['wrong password' => \&wrong_password]) {
        $task->[1]->($way);
        print "$way: $task->[0]\n";
    }
}
