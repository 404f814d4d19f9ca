using PipeProxy.Cli.Flags;

namespace PipeProxy.Tests.Cli.Flags;

public class TraefikFlagsTests
{
    [Theory]
    [InlineData("accesslog")]
    [InlineData("accesslog.format")]
    [InlineData("certificatesResolvers.le.acme.tlschallenge")]
    [InlineData("entryPoints.websecure.http.tls.domains[0].main")]
    [InlineData("entrypoints.web.http.redirections.entryPoint.to")]
    [InlineData("providers.file.filename")]
    [InlineData("providers.swarm.endpoint")]
    [InlineData("metrics.prometheus")]
    [InlineData("global.checkNewVersion")]
    [InlineData("api.dashboard")]
    public void Find_FlagOfTraefiksReference_IsKnown(string name) => Assert.NotNull(TraefikFlags.Find(name));

    [Theory]
    [InlineData("acceslog")]
    [InlineData("api.dashbord")]
    [InlineData("entrypoints.web.http.middleware")]
    [InlineData("providers.dockr.endpoint")]
    [InlineData("accesslog.")]
    [InlineData("entrypoints..asdefault")]
    public void Find_AnythingElse_IsNot(string name) => Assert.Null(TraefikFlags.Find(name));

    [Theory]
    [InlineData("ENTRYPOINTS_MY_WEB_ASDEFAULT", "entrypoints.my_web.asdefault")]
    [InlineData("ACCESSLOG", "accesslog")]
    public void FindVariable_Variable_GivesTheFlagsName(string variable, string name)
    {
        Assert.NotNull(TraefikFlags.FindVariable(variable, out string found));
        Assert.Equal(name, found);
    }
}
