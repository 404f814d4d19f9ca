using PipeProxy.Cli.Flags;

namespace PipeProxy.Tests.Cli.Flags;

public class FlagTableTests
{
    [Fact]
    public void All_Names_AreLowerCaseUniqueAndMapToOneVariable()
    {
        Assert.All(FlagTable.All, static flag => Assert.Equal(flag.Name.ToLowerInvariant(), flag.Name));
        Assert.All(FlagTable.All, static flag => Assert.DoesNotContain('_', flag.Name));
        Assert.Equal(FlagTable.All.Length, FlagTable.All.Select(static flag => flag.EnvironmentVariable).Distinct().Count());
    }

    [Fact]
    public void All_Texts_AreSentences() => Assert.All(FlagTable.All, static flag =>
    {
        Assert.EndsWith(".", flag.Meaning, StringComparison.Ordinal);
        Assert.True(flag.Risk is null || flag.Risk.EndsWith('.'), flag.Name);
        Assert.True(flag.Default.Length > 0 || flag.DefaultMeaning is not null, flag.Name);
    });

    [Fact]
    public void All_NoFlag_IsAlsoListedAsNotServed() =>
        Assert.All(FlagTable.All, static flag => Assert.True(
            flag.Name == "entrypoints.<name>.http.tls" || TraefikFlags.Find(flag.NameFor(flag.PerEntryPoint ? "web" : null)) is null, flag.Name));

    [Fact]
    public void All_Groups_StandTogether() =>
        Assert.Equal(FlagTable.All.Select(static flag => flag.Group).Distinct().Count(), FlagTable.All.Zip(FlagTable.All.Skip(1)).Count(static pair => pair.First.Group != pair.Second.Group) + 1);

    [Theory]
    [InlineData("entrypoint.web.address", "entrypoints.web.address")]
    [InlineData("entrypoints.web.adress", "entrypoints.web.address")]
    [InlineData("provider.docker", "providers.docker")]
    [InlineData("providers.docker.exposedByDefaults", "providers.docker.exposedbydefault")]
    [InlineData("loglevel", "log.level")]
    [InlineData("log-level", "log.level")]
    [InlineData("backends", "backend")]
    [InlineData("stikcy", "sticky")]
    [InlineData("api-insecure", "api.insecure")]
    public void Nearest_Misspelling_FindsWhatWasMeant(string name, string meant) => Assert.Equal(meant, FlagTable.Nearest(name));

    [Theory]
    [InlineData("port")]
    [InlineData("xyzzy")]
    public void Nearest_NothingAlike_SaysNothing(string name) => Assert.Null(FlagTable.Nearest(name));

    [Theory]
    [InlineData("ENTRYPOINTS_WEB_ADDRESS", "entrypoints.<name>.address", "web")]
    [InlineData("ENTRYPOINTS_MY_WEB_ADDRESS", "entrypoints.<name>.address", "my_web")]
    [InlineData("ENTRYPOINTS_WEB_TRANSPORT_RESPONDINGTIMEOUTS_READTIMEOUT", "entrypoints.<name>.transport.respondingtimeouts.readtimeout", "web")]
    [InlineData("PROVIDERS_DOCKER", "providers.docker", null)]
    [InlineData("API_INSECURE", "api.insecure", null)]
    public void TryFindVariable_Known_FindsFlagAndEntryPoint(string variable, string name, string? entryPoint)
    {
        Assert.True(FlagTable.TryFindVariable(variable, out FlagDefinition? flag, out string? found));
        Assert.Equal(name, flag.Name);
        Assert.Equal(entryPoint, found);
    }

    [Theory]
    [InlineData("ENTRYPOINTS_ADDRESS")]
    [InlineData("ENTRYPOINTS__ADDRESS")]
    [InlineData("WEB_ADDRESS")]
    public void TryFindVariable_NotAFlag_IsFalse(string variable) => Assert.False(FlagTable.TryFindVariable(variable, out _, out _));
}
