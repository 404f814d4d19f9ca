using System.Net;
using PipeProxy.Core.Configuration;
using PipeProxy.Docker.Labels;
using static PipeProxy.Docker.Tests.Labels.LabelTestKit;

namespace PipeProxy.Docker.Tests.Labels;

public class LabelReaderTests
{
    // The file that the product is measured by, its labels as they stand.
    private static readonly string[] _report =
    [
        "traefik.enable=true",
        "traefik.http.routers.webapp.rule=Host(`localhost`)",
        "traefik.http.services.webapp.loadbalancer.server.port=3000",
        "traefik.http.services.webapp.loadbalancer.sticky.cookie.name=StickySessionCookie",
        "traefik.http.services.webapp.loadbalancer.sticky.cookie.httpOnly=true",
        "traefik.http.middlewares.latency-check.circuitbreaker.expression=LatencyAtQuantileMS(50.0) > 100 || NetworkErrorRatio > 0.30",
    ];

    [Fact]
    public void Read_ReportOfThreeReplicas_OneRouterOneServiceThreeServers()
    {
        var read = Read(new DockerOptions { ExposedByDefault = false }, Compose("p", "webapp", 1, _report), Compose("p", "webapp", 2, _report), Compose("p", "webapp", 3, _report), Container("other"));

        var router = Assert.Single(read.Routers);
        Assert.Equal(("webapp", "Host(`localhost`)", "webapp"), (router.Name, router.Rule, router.Service));
        Assert.False(router.Tls);
        var service = Assert.Single(read.Services);
        Assert.Equal(new StickyCookie { Name = "StickySessionCookie", HttpOnly = true }, service.Sticky);
        Assert.Equal(["http://172.18.0.3:3000", "http://172.18.0.4:3000", "http://172.18.0.5:3000"], service.Servers.Select(s => s.Url));
        Assert.Empty(read.Middlewares);
        var problem = Assert.Single(read.Problems); // One, not one a replica.
        Assert.Equal("traefik.http.middlewares.latency-check.circuitbreaker.expression", problem.Key);
        Assert.Contains("is not served by this version", problem.Reason, StringComparison.Ordinal);
        Assert.Contains("p-webapp-1", problem.Source, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NoLabels_DefaultServiceAndRouter()
    {
        var read = Read(Compose("shop", "web_app", 1), Container("plain.name"));

        Assert.Equal(["plain-name", "web-app-shop"], read.Services.Select(s => s.Name));
        Assert.Equal(["Host(`plain-name`)", "Host(`web-app-shop`)"], read.Routers.Select(r => r.Rule));
        Assert.Equal(["plain-name", "web-app-shop"], read.Routers.Select(r => r.Service));
        Assert.Empty(read.Problems);
    }

    [Fact]
    public void Read_RouterAlone_LeadsToTheDefaultService()
    {
        var read = Read(Container("a", "traefik.http.routers.r.rule=Path(`/`)"));

        Assert.Equal("a", Assert.Single(read.Routers).Service);
        Assert.Equal("a", Assert.Single(read.Services).Name);
    }

    [Fact]
    public void Read_RouterWithoutServiceAndSeveralServices_RouterIsAProblem()
    {
        var read = Read(Container("a", "traefik.http.routers.r.rule=Path(`/`)", "traefik.http.services.s1.loadbalancer.server.port=1", "traefik.http.services.s2.loadbalancer.server.port=2"));

        Assert.Empty(read.Routers);
        Assert.Equal(2, read.Services.Length);
        Assert.Contains(".service", Problem(read, "traefik.http.routers.r.rule").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SeveralServicesAndNoRouter_NoneIsGuessed()
    {
        var read = Read(Container("a", "traefik.http.services.s1.loadbalancer.server.port=1", "traefik.http.services.s2.loadbalancer.server.port=2"));

        Assert.Empty(read.Routers);
        Assert.Single(read.Problems);
    }

    [Fact]
    public void Read_RouterToInternalService_MissingPortOfTheDefaultServiceIsNoProblem()
    {
        var read = Read(Container("proxy", "traefik.http.routers.api.rule=Host(`x`)", "traefik.http.routers.api.service=api@internal") with { ExposedPorts = [] });

        Assert.Equal("api@internal", Assert.Single(read.Routers).Service);
        Assert.Empty(read.Problems);
    }

    [Fact]
    public void Read_TcpLabelsAlone_NoHttpRouter()
    {
        var read = Read(Container("db", "traefik.tcp.routers.db.rule=HostSNI(`*`)"));

        Assert.Empty(read.Routers);
        Assert.Empty(read.Services);
        Assert.Contains("tcp is not served", Problem(read, "traefik.tcp.routers.db.rule").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_RouterOptions_AllArrive()
    {
        var read = Read(Container("a", "TRAEFIK.HTTP.Routers.MyRouter.RULE=Host(`x`)", "traefik.http.routers.myrouter.entryPoints=web, websecure", "traefik.http.routers.myrouter.middlewares=m1@docker,m2",
            "traefik.http.routers.myrouter.priority=42", "traefik.http.routers.myrouter.service=s@file"));

        var router = Assert.Single(read.Routers);
        Assert.Equal("MyRouter", router.Name); // The first spelling, in ordinal order.
        Assert.Equal<string>(["web", "websecure"], router.EntryPoints);
        Assert.Equal<string>(["m1@docker", "m2"], router.Middlewares);
        Assert.Equal(42, router.Priority);
        Assert.Equal("s@file", router.Service);
        Assert.Empty(read.Problems);
    }

    [Theory]
    [InlineData("tls=true", true)]
    [InlineData("tls=false", false)]
    [InlineData("tls=perhaps", true)]
    [InlineData("tls.certresolver=le", true)]
    [InlineData("tls.domains[0].main=example.org", true)]
    public void Read_Tls_IsAskedFor(string label, bool expected) =>
        Assert.Equal(expected, Assert.Single(Read(Container("a", "traefik.http.routers.r." + label)).Routers).Tls);

    [Theory]
    [InlineData("post, get", "POST,GET")]
    [InlineData("NONE", "NONE")]
    public void Read_RetryMethods_AreOursAlone(string label, string expected)
    {
        var read = Read(Container("a", "pipeproxy.http.services.s.loadbalancer.retry.methods=" + label));
        Assert.Equal(expected, Assert.Single(read.Services).RetryMethods);
        Assert.Empty(read.Problems);
    }

    [Theory]
    [InlineData("pipeproxy.http.services.s.loadbalancer.retry.methods=,")]
    [InlineData("pipeproxy.http.services.s.loadbalancer.retry.methods=GET POST")]
    [InlineData("traefik.http.services.s.loadbalancer.retry.methods=GET")]
    public void Read_RetryMethods_ThatAreNone_AreAProblem(string label)
    {
        var read = Read(Container("a", label));
        Assert.All(read.Services, static s => Assert.Null(s.RetryMethods));
        Assert.Single(read.Problems);
    }

    [Fact]
    public void Read_StickyAttributes_AllArrive()
    {
        const string cookie = "traefik.http.services.s.loadbalancer.sticky.cookie";
        var read = Read(Container("a", cookie + ".secure=true", cookie + ".samesite=Strict", cookie + ".maxage=-1", cookie + ".path=/app", cookie + ".domain=example.org",
            "traefik.http.services.s.loadbalancer.passhostheader=false"));

        var service = Assert.Single(read.Services);
        Assert.Equal(new StickyCookie { Name = TraefikNames.DefaultCookie("s"), Secure = true, SameSite = "strict", MaxAge = -1, Path = "/app", Domain = "example.org" }, service.Sticky);
        Assert.False(service.PassHostHeader);
        Assert.Empty(read.Problems);
    }

    [Theory]
    [InlineData("sticky=true", true)]
    [InlineData("sticky.cookie=true", true)]
    [InlineData("sticky.cookie=false", false)]
    [InlineData("passhostheader=true", false)]
    public void Read_Sticky_IsOnOrOff(string label, bool expected) =>
        Assert.Equal(expected, Assert.Single(Read(Container("a", "traefik.http.services.s.loadbalancer." + label)).Services).Sticky is not null);

    [Theory]
    [InlineData("sticky.cookie.name=a b")]
    [InlineData("sticky.cookie.samesite=some")]
    [InlineData("sticky.cookie.path=/;Domain=evil")]
    [InlineData("sticky.cookie.httponly=yes")]
    [InlineData("sticky.cookie.maxage=soon")]
    [InlineData("server.weight=-1")]
    [InlineData("passhostheader=")]
    public void Read_MalformedServiceOption_IsAProblemAndTheRestWorks(string label)
    {
        var read = Read(Container("a", "traefik.http.services.s.loadbalancer." + label));

        Assert.Single(Assert.Single(read.Services).Servers);
        Assert.Single(read.Routers);
        Assert.StartsWith("traefik.http.services.s.loadbalancer.", Assert.Single(read.Problems).Key, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Middlewares_AllFourKinds()
    {
        const string m = "traefik.http.middlewares.";
        var read = Read(Container("a", m + "p.addprefix.prefix=api", m + "h.headers.customrequestheaders.X-One=1", m + "h.headers.customresponseheaders.Server=",
            m + "r.redirectscheme.scheme=HTTPS", m + "r.redirectscheme.port=8443", m + "r.redirectscheme.permanent=true",
            m + "f.forwardauth.address=http://auth:4181/check", m + "f.forwardauth.trustforwardheader=true", m + "f.forwardauth.authresponseheaders=X-User, X-Mail",
            m + "f.forwardauth.authrequestheaders=Cookie"));

        Assert.Empty(read.Problems);
        Assert.Equal(["f", "h", "p", "r"], read.Middlewares.Select(x => x.Name));
        var auth = Assert.IsType<ForwardAuthDefinition>(read.Middlewares[0]);
        Assert.Equal(("http://auth:4181/check", true), (auth.Address, auth.TrustForwardHeader));
        Assert.Equal<string>(["X-User", "X-Mail"], auth.AuthResponseHeaders);
        Assert.Equal<string>(["Cookie"], auth.AuthRequestHeaders);
        var headers = Assert.IsType<HeadersDefinition>(read.Middlewares[1]);
        Assert.Equal<KeyValuePair<string, string>>([new("X-One", "1")], headers.CustomRequestHeaders);
        Assert.Equal<KeyValuePair<string, string>>([new("Server", "")], headers.CustomResponseHeaders);
        Assert.Equal("/api", Assert.IsType<AddPrefixDefinition>(read.Middlewares[2]).Prefix);
        var redirect = Assert.IsType<RedirectSchemeDefinition>(read.Middlewares[3]);
        Assert.Equal(("https", "8443", true), (redirect.Scheme, redirect.Port, redirect.Permanent));
    }

    [Theory]
    [InlineData("addprefix.prefix=")]
    [InlineData("addprefix.prefix=/a b")]
    [InlineData("redirectscheme.scheme=ftp")]
    [InlineData("redirectscheme.permanent=true")]
    [InlineData("forwardauth.address=https://auth")]
    [InlineData("forwardauth.address=auth:80")]
    [InlineData("forwardauth.trustforwardheader=true")]
    [InlineData("headers.customrequestheaders.a(b=1")]
    public void Read_MiddlewareThatCannotWork_IsNotDefined(string label)
    {
        var read = Read(Container("a", "traefik.http.middlewares.m." + label));

        Assert.DoesNotContain(read.Middlewares, m => m is not HeadersDefinition { CustomRequestHeaders: [] });
        Assert.Single(read.Problems);
    }

    [Fact]
    public void Read_SecondKindUnderOneName_IsAProblem()
    {
        var read = Read(Container("a", "traefik.http.middlewares.m.addprefix.prefix=/a", "traefik.http.middlewares.m.retry.attempts=3"));

        Assert.IsType<AddPrefixDefinition>(Assert.Single(read.Middlewares));
        Assert.Contains(read.Problems, p => p.Reason.Contains("one kind", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("circuitbreaker.expression=NetworkErrorRatio() > 0.3", false)]
    [InlineData("retry.attempts=4", false)]
    [InlineData("compress=true", false)]
    [InlineData("headers.stsseconds=1", false)]
    [InlineData("headers.allowedhosts=a", true)]
    [InlineData("basicauth.users=a:b", true)]
    [InlineData("ipallowlist.sourcerange=10.0.0.0/8", true)]
    [InlineData("stripprefix.prefixes=/a", true)]
    public void Read_RouterNamesAMiddlewareThatIsNotServed_KeptWhereItGuardsOrChanges(string label, bool isKept)
    {
        var read = Read(Container("a", "traefik.http.middlewares.m." + label, "traefik.http.routers.r.middlewares=m@docker,other"));

        Assert.Equal<string>(isKept ? ["m@docker", "other"] : ["other"], Assert.Single(read.Routers).Middlewares);
        Assert.Single(read.Problems);
    }

    [Fact]
    public void Read_OwnKeys_WinOverTraefiks()
    {
        var read = Read(Container("a", "traefik.http.routers.r.rule=Host(`theirs`)", "pipeproxy.http.routers.R.rule=Host(`ours`)"));

        Assert.Equal("Host(`ours`)", Assert.Single(read.Routers).Rule);
        Assert.Empty(read.Problems);
    }

    [Theory]
    [InlineData("pipeproxy.http.services.s.loadbalancer.hold.time=5s", "not served by this version")]
    [InlineData("traefik.http.services.s.loadbalancer.hold.time=5s", "not a known label")]
    [InlineData("traefik.http.services.s.loadbalancer.healthcheck.path=/", "health checks")]
    [InlineData("traefik.http.routers.r.ruel=Host(`x`)", "the nearest is rule")]
    [InlineData("traefik.http.services.s.loadbalancer.port=1", "the nearest is loadbalancer.server.port")]
    [InlineData("traefik.http.services.s.loadbalancer.sticky.cookie.httpOnl=1", "loadbalancer.sticky.cookie.httponly")]
    [InlineData("traefik.http.router.r.rule=x", "traefik.http.routers")]
    [InlineData("traefik.http.routers.r=x", "incomplete")]
    [InlineData("traefik.frontend.rule=x", "Traefik 1")]
    [InlineData("traefik.http.routers..rule=x", "empty part")]
    [InlineData("traefik.http.routers.a@b.rule=x", "with @")]
    [InlineData("traefik.zzzzzz=x", "is not a known label")]
    [InlineData("traefik.udp.services.u.loadbalancer.server.port=1", "udp is not served")]
    [InlineData("traefik.http.routers.r.priority=high", "number")]
    [InlineData("traefik.http.routers.r.rulesyntax=v2", "v3")]
    [InlineData("traefik.http.services.s.loadbalancer.strategy=p2c", "wrr")]
    public void Read_BadLabel_IsToldWithContainerAndReason(string label, string reason)
    {
        var read = Read(Container("name", label, "traefik.http.routers.good.rule=Host(`x`)", "traefik.http.routers.good.service=x@file"));

        var problem = Assert.Single(read.Problems);
        Assert.Equal(label.Split('=')[0], problem.Key);
        Assert.Contains(reason, problem.Reason, StringComparison.Ordinal);
        Assert.Equal("name (nameffffffff)", problem.Source);
        Assert.Contains(read.Routers, r => r.Name == "good");
    }

    [Theory]
    [InlineData(true, null, true)]
    [InlineData(false, null, false)]
    [InlineData(false, "true", true)]
    [InlineData(true, "False", false)]
    [InlineData(true, "yes", false)]
    public void Read_Exposure_ByLabelElseByOption(bool byDefault, string? label, bool expected)
    {
        var read = Read(new DockerOptions { ExposedByDefault = byDefault }, Container("a", label is null ? [] : ["traefik.enable=" + label]));

        Assert.Equal(expected, read.Services.Length == 1);
        Assert.Equal(label == "yes" ? 1 : 0, read.Problems.Length);
    }

    [Fact]
    public void Read_Constraints_LeaveOthersOut()
    {
        var read = Read(new DockerOptions { Constraints = "Label(`tier`,`front`)" }, Container("a", "tier=front"), Container("b", "tier=back"), Container("c"));

        Assert.Equal("a", Assert.Single(read.Services).Name);
    }

    [Fact]
    public void Read_WrongConstraints_ServeNothingAndSaySo()
    {
        var read = Read(new DockerOptions { Constraints = "Label(`tier`" }, Container("a"));

        Assert.Empty(read.Services);
        Assert.Equal("--providers.docker.constraints", Assert.Single(read.Problems).Source);
    }

    [Fact]
    public void Read_Identity_BelongsToContainerAndInstanceToItsStart()
    {
        var container = Container("a", "traefik.http.services.s.loadbalancer.server.weight=3");
        var first = Read(container).Services[0].Servers[0];
        var moved = Read(container with { Networks = [new ContainerNetwork("app", "n1", IPAddress.Parse("172.18.0.9"), null)] }).Services[0].Servers[0];
        var restarted = Read(container with { StartedAt = container.StartedAt.AddTicks(1) }).Services[0].Servers[0];
        var other = Read(Container("b", "traefik.http.services.s.loadbalancer.server.weight=3")).Services[0].Servers[0];

        Assert.Equal(3, first.Weight);
        Assert.Equal(first.Identity, moved.Identity);
        Assert.Equal(first.Identity, restarted.Identity);
        Assert.NotEqual(first.Identity, other.Identity);
        Assert.Equal(3, new[] { first.Instance, moved.Instance, restarted.Instance }.Distinct().Count());
    }
}
