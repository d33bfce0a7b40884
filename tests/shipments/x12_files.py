"""X12 files for the tests: the two synthetic samples, and an envelope around any segments."""

from __future__ import annotations

from collections.abc import Sequence

ISA = "ISA*00*          *00*          *02*XQAT           *ZZ*DEMOSHIPPER    *261120*1405*U*00401*{control:09d}*0*T*:~"

DELIVERED = """\
ISA*00*          *00*          *02*XQAT           *ZZ*DEMOSHIPPER    *261120*1405*U*00401*000000001*0*T*:~
GS*QM*XQAT*DEMOSHIPPER*20261120*1405*1*X*004010~
ST*214*0001~
B10*800123450*BOL-DEMO-0001*XQAT~
L11*BOL-DEMO-0001*BM~
L11*PO-DEMO-77*PO~
L11*800123450*CN~
N1*SH*EXPEDITEUR FICTIF INC*93*DEMO-SH~
N3*100 RUE DE L'EXEMPLE~
N4*QUEBEC*QC*G1A1A1*CA~
N1*CN*FICTIONAL CONSIGNEE LTD*93*DEMO-CN~
N3*200 SAMPLE ROAD~
N4*TORONTO*ON*M1A1A1*CA~
LX*1~
AT7*AF*NS***20261116*1530*ET~
MS1*QUEBEC*QC*CA~
MS2*XQAT*T53001*TL~
AT7*P1*NS***20261116*2110*ET~
MS1*QUEBEC*QC*CA~
AT7*X4*NS***20261117*0545*ET~
MS1*TORONTO*ON*CA~
AT7***AB*NA*20261118*1000*ET~
AT7*X6*NS***20261118*0715*ET~
MS1*TORONTO*ON*CA~
AT7*D1*NS***20261118*1022*ET~
MS1*TORONTO*ON*CA~
K1*SIGNED BY J DEMO~
AT8*G*L*1240*3~
SE*27*0001~
GE*1*1~
IEA*1*000000001~
"""

EXCEPTIONS = """\
ISA*00*          *00*          *02*XQAT           *ZZ*DEMOSHIPPER    *261120*1405*U*00401*000000002*0*T*:~
GS*QM*XQAT*DEMOSHIPPER*20261120*1405*2*X*004010~
ST*214*0001~
B10*800134565*BOL-DEMO-0002*XQAT~
L11*BOL-DEMO-0002*BM~
N1*SH*EXPEDITEUR FICTIF INC*93*DEMO-SH~
N3*100 RUE DE L'EXEMPLE~
N4*QUEBEC*QC*G1A1A1*CA~
N1*CN*FICTIONAL CONSIGNEE LTD*93*DEMO-CN~
N3*200 SAMPLE ROAD~
N4*TORONTO*ON*M1A1A1*CA~
LX*1~
AT7*X6*NS***20261119*0700*ET~
MS1*TORONTO*ON*CA~
AT7*A7*BS***20261119*0955*ET~
MS1*TORONTO*ON*CA~
K1*CONSIGNEE REFUSED*2 SKIDS WET~
AT8*G*L*880*2~
SE*17*0001~
ST*214*0002~
B10*800145673*BOL-DEMO-0003*XQAT~
L11*PO-DEMO-78*PO~
N1*SH*EXPEDITEUR FICTIF INC*93*DEMO-SH~
N3*100 RUE DE L'EXEMPLE~
N4*QUEBEC*QC*G1A1A1*CA~
N1*CN*FICTIONAL CONSIGNEE LTD*93*DEMO-CN~
N3*200 SAMPLE ROAD~
N4*TORONTO*ON*M1A1A1*CA~
LX*1~
AT7*SD*AO***20261119*2230*ET~
MS1*KINGSTON*ON*CA~
AT7*AG*AO***20261121*1700*ET~
MS1*TORONTO*ON*CA~
AT8*G*K*410*1~
SE*16*0002~
GE*2*2~
IEA*1*000000002~
"""


def interchange(*bodies: Sequence[str], version: str = "004010", said: str = "20261120*1405", control: int = 7) -> str:
    """One group of 214 sets in one interchange, its counts and control numbers right."""
    lines = [ISA.format(control=control), f"GS*QM*XQAT*DEMOSHIPPER*{said}*{control}*X*{version}~"]
    for number, body in enumerate(bodies, 1):
        lines += [f"ST*214*{number:04d}~", *(f"{segment}~" for segment in body), f"SE*{len(body) + 2}*{number:04d}~"]
    lines += [f"GE*{len(bodies)}*{control}~", f"IEA*1*{control:09d}~"]
    return "\n".join(lines) + "\n"


def status(*segments: str, pro: str = "800123450") -> str:
    """A file of one set about one PRO, with these segments behind B10 and LX."""
    return interchange((f"B10*{pro}*BOL-DEMO-0001*XQAT", "LX*1", *segments))
