import os, pytest
from django.utils import translation
from shunda.orders.tests.builders import AT
from shunda.wiring.documents import DOCUMENTS, export
from shunda.wiring.tests import paperwork as p
from shunda.core.actor import system

@pytest.mark.django_db
def test_look():
    p.company()
    papers = p.paperwork(14, **{})
    pks={"sales-order":papers.order.pk,"pick-list":papers.shipment.pk,"packing-list":papers.shipment.pk,"delivery-receipt":papers.shipment.pk,"settlement":papers.settlement.pk,"invoice":papers.invoice.pk}
    for lang in ("zh-hans","en"):
        for name,pk in pks.items():
            with translation.override(lang):
                r=export(DOCUMENTS[name],[pk],by=p.BY,at=AT,language=lang)
            open(f"/tmp/ty/doc-{name}-{lang[:2]}.pdf","wb").write(r.content)
