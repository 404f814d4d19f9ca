using PipeProxy.Admin.Api;
using PipeProxy.Core.Balancing;

namespace PipeProxy.Admin.Tests.Api;

public sealed class ShapeTests
{
    [Fact]
    public void Of_EveryState_IsItsNameInLowerCase()
    {
        BackendState[] states = Enum.GetValues<BackendState>();

        Assert.Equal(states.Select(s => s.ToString().ToLowerInvariant()), states.Select(Shape.Of));
    }
}
